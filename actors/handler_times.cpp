#include "actors/handler_times.hpp"

#include <algorithm>

namespace waymark {

void handler_times::add(const std::string& event_type, std::chrono::nanoseconds spent,
                        time_point now) {
  const std::lock_guard lock{mutex_};
  while (!slices_.empty() && now - slices_.front().begins > window)
    slices_.pop_front();
  if (slices_.empty())
    slices_.push_back({now - spent, {}}); // the time of the first has passed before
  else if (now - slices_.back().begins >= std::chrono::seconds{1})
    slices_.push_back({now, {}});
  slices_.back().spent[event_type] += spent;
}

std::optional<handler_times::share> handler_times::busiest(time_point now) const {
  std::map<std::string, std::chrono::nanoseconds> sums;
  auto begins = now;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& each : slices_) {
      if (now - each.begins > window)
        continue;
      begins = std::min(begins, each.begins);
      for (const auto& [type, spent] : each.spent)
        sums[type] += spent;
    }
  }
  const std::chrono::duration<double> all = now - begins;
  if (sums.empty() || all.count() <= 0)
    return std::nullopt;
  const auto most = std::max_element(
      sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::chrono::duration<double> spent = most->second;
  return share{most->first, std::min(1.0, spent / all)};
}

} // namespace waymark
