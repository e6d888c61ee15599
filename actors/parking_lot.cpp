#include "actors/parking_lot.hpp"

#include <iterator>
#include <utility>
#include <vector>

namespace waymark {

void parking_lot::room::give_back() {
  const std::lock_guard lock{in_->mutex_};
  in_->taken_ -= std::exchange(taken_, 0);
}

bool parking_lot::room::take() {
  const std::lock_guard lock{in_->mutex_};
  if (in_->is_full())
    return false;
  ++taken_;
  ++in_->taken_;
  return true;
}

void parking_lot::set(int shard, std::int64_t events) {
  const std::lock_guard lock{mutex_};
  ours_.insert(shard);
  parked_[shard] = events;
}

void parking_lot::leave(int shard) {
  const std::lock_guard lock{mutex_};
  ours_.erase(shard);
  looked_.reset();
}

void parking_lot::look(projection_store& at, const std::string& projection) {
  std::vector<int> others;
  {
    const std::lock_guard lock{mutex_};
    if (has_just_looked())
      return;
    looked_ = time_.now();
    for (int shard = 0; shard < shards_; ++shard)
      if (ours_.count(shard) == 0)
        others.push_back(shard);
  }
  for (const auto shard : others) {
    const auto events = at.counts({projection, shard}).parked_events;
    const std::lock_guard lock{mutex_};
    if (ours_.count(shard) == 0)
      parked_[shard] = events;
  }
}

bool parking_lot::full() const {
  const std::lock_guard lock{mutex_};
  return is_full();
}

bool parking_lot::outdated() const {
  const std::lock_guard lock{mutex_};
  return std::ssize(ours_) < shards_ && !has_just_looked();
}

bool parking_lot::has_just_looked() const {
  const auto now = time_.now();
  return looked_ && now >= *looked_ && now - *looked_ < look_interval;
}

bool parking_lot::is_full() const {
  auto events = taken_;
  for (const auto& [shard, count] : parked_)
    events += count;
  return events >= limit_;
}

} // namespace waymark
