#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace waymark {

/// Whether a failure is a reason to give up. A store's fault says nothing about the child.
enum class counted : std::uint8_t { yes, no };

/// A window that allows at most `limit` restarts in `period`, and forgets older ones. Time is given
/// to it. Holds at most `limit` time points.
class restart_intensity {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  restart_intensity(int limit, std::chrono::milliseconds period) noexcept;

  /// Asks for one more restart at `now`, which never goes back. False: the limit is reached. What
  /// does not count is always allowed and leaves no trace.
  [[nodiscard]] bool allows(time_point now, counted counts = counted::yes);

  /// Forgets everything, e.g. when an operator has mended what was wrong.
  void clear() noexcept;

 private:
  std::size_t limit_;
  std::chrono::milliseconds period_;
  std::deque<time_point> restarts_;
};

} // namespace waymark
