#include "actors/parking_share.hpp"

namespace waymark {

void parking_share::take(std::shared_ptr<parked_set> parked, const letter_counts& counts) {
  parked_ = std::move(parked);
  counts_ = counts;
  lot_->set(shard_, counts_.parked_events);
}

void parking_share::park(const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    const auto before = parked_->events(key);
    parked_->set(key, before + 1);
    counts_.parked_keys += before == 0 ? 1 : 0;
    ++counts_.parked_events;
  }
  if (!keys.empty())
    lot_->set(shard_, counts_.parked_events);
}

bool parking_share::settle(const std::string& sequence_key, std::int64_t remaining) {
  const auto before = parked_->events(sequence_key);
  if (before == 0)
    return false;
  parked_->set(sequence_key, remaining);
  counts_.parked_events += remaining - before;
  lot_->set(shard_, counts_.parked_events);
  if (remaining > 0)
    return false;
  --counts_.parked_keys;
  return true;
}

} // namespace waymark
