#include "supervisors/restart_intensity.hpp"

#include <algorithm>

namespace waymark {

restart_intensity::restart_intensity(int limit, std::chrono::milliseconds period) noexcept
    : limit_{static_cast<std::size_t>(std::max(limit, 0))}, period_{period} {
}

bool restart_intensity::allows(time_point now, counted counts) {
  if (counts == counted::no)
    return true;
  while (!restarts_.empty() && now - restarts_.front() > period_)
    restarts_.pop_front();
  if (restarts_.size() >= limit_)
    return false;
  restarts_.push_back(now);
  return true;
}

void restart_intensity::clear() noexcept {
  restarts_.clear();
}

} // namespace waymark
