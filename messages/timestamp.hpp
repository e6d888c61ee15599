#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// A moment in UTC with microsecond resolution, which is what every store keeps.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with six fraction digits: `2026-11-21T09:30:00.000000Z`. Sorts as text.
[[nodiscard]] std::string to_string(timestamp when);

/// Reads RFC 3339 with any offset and up to nine fraction digits (the rest of a microsecond is cut
/// off); empty if `text` is anything else or names a day that does not exist.
[[nodiscard]] std::optional<timestamp> parse_timestamp(std::string_view text) noexcept;

} // namespace waymark
