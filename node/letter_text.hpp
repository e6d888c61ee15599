#pragma once

#include <waymark/messages/dead_letter.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node {

/// A sequence key for people: "Order/o-17"; the separator inside it is a NUL.
[[nodiscard]] std::string shown_key(std::string_view sequence_key);

/// A letter as one JSON object; its event is as `write_event_line` writes it, every digit kept.
/// @param waiting events of its key that are parked behind it.
[[nodiscard]] std::string to_json_text(const dead_letter& letter, std::int64_t waiting);

/// A letter in full, for people.
[[nodiscard]] std::string describe(const dead_letter& letter, std::int64_t waiting);

} // namespace waymark::node
