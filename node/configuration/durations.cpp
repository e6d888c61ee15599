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

struct number_and_unit {
  std::int64_t number = 0;  ///< The greatest there is for any beyond.
  const unit* of = nullptr; ///< Null if this is no duration.
};

number_and_unit read(std::string_view text) {
  number_and_unit result;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, result.number);
  if (error == std::errc::result_out_of_range)
    result.number = INT64_MAX;
  else if (error != std::errc{})
    return result;
  const std::string_view name{rest, static_cast<std::size_t>(end - rest)};
  for (const auto& each : units)
    if (each.name == name && !text.starts_with('-'))
      result.of = &each;
  return result;
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto found = read(text);
  if (!found.of || found.number > longest_ms / found.of->ms)
    return std::nullopt;
  return std::chrono::milliseconds{found.number * found.of->ms};
}

bool is_too_long(std::string_view text) {
  return read(text).of != nullptr && !parse_duration(text);
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
