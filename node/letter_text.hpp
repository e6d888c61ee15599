#pragma once

#include "node/stored_letters.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace waymark::node {

/// A letter as one JSON object; its event is as `write_event_line` writes it, every digit kept.
[[nodiscard]] std::string to_json_text(const letter_details& from);

/// {"letters": […]}
[[nodiscard]] std::string to_json_text(const std::vector<letter_details>& letters);

/// {"settled": […]}
[[nodiscard]] nlohmann::json to_json(const std::vector<settled_letter>& letters);

/// A letter in full, for people.
[[nodiscard]] std::string describe(const letter_details& from);

} // namespace waymark::node
