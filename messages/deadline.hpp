#pragma once

#include <algorithm>
#include <chrono>

namespace waymark {

/// What stands for ever: farther than anybody waits, and near enough for a clock in nanoseconds.
inline constexpr std::chrono::milliseconds for_ever = std::chrono::hours{24 * 366 * 100};

/// The longest time that an option may name.
inline constexpr std::chrono::milliseconds longest_option = std::chrono::hours{24 * 366};

/// `timeout` from now: at once if it is negative, and never if it is as long as `for_ever`. Callers
/// may be given `milliseconds::max()`, which added to a time point would overflow.
[[nodiscard]] inline std::chrono::steady_clock::time_point
deadline_in(std::chrono::milliseconds timeout) {
  return std::chrono::steady_clock::now() +
         std::clamp(timeout, std::chrono::milliseconds{0}, for_ever);
}

} // namespace waymark
