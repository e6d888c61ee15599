#include "supervisors/restart_backoff.hpp"

#include <limits>

namespace waymark {

std::chrono::milliseconds restart_backoff::next(std::chrono::nanoseconds ran,
                                                double random) noexcept {
  if (ran > period_)
    attempt_ = 0;
  if (attempt_ < std::numeric_limits<int>::max())
    ++attempt_;
  return next_delay(policy_, attempt_, random);
}

} // namespace waymark
