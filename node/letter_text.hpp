#pragma once

#include <waymark/messages/dead_letter.hpp>

#include <cstdint>
#include <string>

namespace waymark::node {

/// A letter as one JSON object; its event is as `write_event_line` writes it, every digit kept.
/// @param waiting events of its key that are parked behind it.
[[nodiscard]] std::string to_json_text(const dead_letter& letter, std::int64_t waiting);

/// A letter in full, for people.
[[nodiscard]] std::string describe(const dead_letter& letter, std::int64_t waiting);

} // namespace waymark::node
