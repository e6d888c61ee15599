#include "node/configuration/durations.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace waymark::node {

namespace {

struct unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<unit, 4> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t longest_ms = 366LL * 24 * 3'600'000;

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || text.starts_with('-'))
    return std::nullopt;
  const std::string_view name{rest, static_cast<std::size_t>(end - rest)};
  for (const auto& each : units)
    if (each.name == name && number <= longest_ms / each.ms)
      return std::chrono::milliseconds{number * each.ms};
  return std::nullopt;
}

std::string to_text(std::chrono::milliseconds duration) {
  if (duration.count() == 0)
    return "0ms";
  for (const auto& each : units)
    if (duration.count() % each.ms == 0)
      return std::to_string(duration.count() / each.ms) + std::string{each.name};
  return {};
}

} // namespace waymark::node
