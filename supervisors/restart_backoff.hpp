#pragma once

#include <waymark/messages/retry_policy.hpp>

#include <chrono>

namespace waymark {

/// The growing delay before each restart of one child. A run that was longer than `period` is
/// counted as a success: the next delay is the first one again.
class restart_backoff {
 public:
  restart_backoff(const backoff_policy& policy, std::chrono::milliseconds period) noexcept
      : policy_{policy}, period_{period} {}

  /// The delay before the next start of a child that has just ended after having run for `ran`
  /// (0: it did not start). `random` in [0, 1) decides the jitter.
  [[nodiscard]] std::chrono::milliseconds next(std::chrono::nanoseconds ran,
                                               double random) noexcept;

  /// How many failures in a row led to the last delay.
  [[nodiscard]] int attempt() const noexcept { return attempt_; }

  void reset() noexcept { attempt_ = 0; }

 private:
  backoff_policy policy_;
  std::chrono::milliseconds period_;
  int attempt_ = 0;
};

} // namespace waymark
