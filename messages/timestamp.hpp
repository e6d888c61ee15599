#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// A moment in UTC with microsecond resolution, which is what every store keeps.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The first and the last moment that RFC 3339 can write: the years 0000 to 9999 in UTC.
inline constexpr timestamp earliest_timestamp =
    std::chrono::sys_days{std::chrono::year{0} / std::chrono::January / 1};
inline constexpr timestamp latest_timestamp =
    std::chrono::sys_days{std::chrono::year{10'000} / std::chrono::January / 1} -
    std::chrono::microseconds{1};

/// RFC 3339 in UTC with six fraction digits: `2026-11-21T09:30:00.000000Z`. Sorts as text. A year
/// outside 0000 to 9999 gets a sign and six digits, which `parse_timestamp` refuses.
[[nodiscard]] std::string to_string(timestamp when);

/// Reads RFC 3339 with any offset and up to nine fraction digits (the rest of a microsecond is cut
/// off); empty if `text` is anything else, names a day that does not exist, or lies outside the
/// years 0000 to 9999 in UTC. A leap second (23:59:60 UTC) is the first second of the next day.
[[nodiscard]] std::optional<timestamp> parse_timestamp(std::string_view text) noexcept;

} // namespace waymark
