#include "persistence/memory/memory_rows.hpp"

#include <algorithm>

namespace waymark {

checkpoint* memory_rows::at_epoch(const ownership& owner) {
  const auto found = checkpoints.find(owner.key);
  return found != checkpoints.end() && found->second.epoch == owner.epoch ? &found->second
                                                                          : nullptr;
}

std::vector<checkpoint> memory_rows::of_projection(const std::string& projection) const {
  std::vector<checkpoint> result;
  for (const auto& [key, record] : checkpoints)
    if (key.projection == projection)
      result.push_back(record);
  return result;
}

void memory_rows::forget(const std::string& projection) {
  const auto of_it = [&](const auto& each) { return each.first.projection == projection; };
  std::erase_if(checkpoints, of_it);
  std::erase_if(parked, of_it);
}

void memory_rows::park(const shard_key& key, const std::string& sequence_key, position_t position) {
  parked[key][sequence_key].insert(position);
}

void memory_rows::unpark(const shard_key& key, const std::string& sequence_key,
                         position_t position) {
  auto& keys = parked[key];
  const auto found = keys.find(sequence_key);
  if (found == keys.end())
    return;
  found->second.erase(position);
  if (found->second.empty())
    keys.erase(found);
}

std::vector<std::string> memory_rows::parked_keys(const shard_key& key) const {
  std::vector<std::string> result;
  if (const auto found = parked.find(key); found != parked.end())
    for (const auto& [sequence_key, where] : found->second)
      result.push_back(sequence_key);
  return result;
}

std::vector<position_t> memory_rows::parked_positions(const shard_key& key,
                                                      const std::string& sequence_key) const {
  if (const auto found = parked.find(key); found != parked.end())
    if (const auto positions_of = found->second.find(sequence_key);
        positions_of != found->second.end())
      return {positions_of->second.begin(), positions_of->second.end()};
  return {};
}

std::optional<std::int64_t> memory_rows::generation_of(const shard_key& key) const {
  const auto found = checkpoints.find(key);
  return found == checkpoints.end() ? std::nullopt : std::optional{found->second.generation};
}

letter_counts memory_rows::counts(const shard_key& key) const {
  letter_counts result;
  for (const auto& [id, each] : letters)
    if (each.key == key && each.generation == generation_of(key))
      ++result.letters;
  if (const auto found = parked.find(key); found != parked.end())
    for (const auto& [sequence_key, where] : found->second) {
      ++result.parked_keys;
      result.parked_events += static_cast<std::int64_t>(where.size());
    }
  return result;
}

} // namespace waymark
