#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::node {

/// Reads "250ms", "10s", "5m" or "24h": a whole number and a unit, at most a year; nothing for any
/// other text.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Whether it is refused only because it is more than a year.
[[nodiscard]] bool is_too_long(std::string_view text);

/// In the largest unit that keeps it whole: 60,000 ms are "1m".
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);

} // namespace waymark::node
