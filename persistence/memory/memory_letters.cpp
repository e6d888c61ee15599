#include "persistence/memory/memory_rows.hpp"

namespace waymark {

void memory_rows::add_letter(dead_letter letter, const shard_key& key) {
  letter.key = key;
  letter.generation = generation_of(key).value_or(0);
  for (const auto& [id, there] : letters)
    if (there.key == key && there.position == letter.position &&
        there.generation == letter.generation)
      return;
  letter.id = ++last_letter_id;
  letters.emplace(letter.id, std::move(letter));
}

bool memory_rows::may_change(std::int64_t id, const shard_key& key) const {
  const auto found = letters.find(id);
  return found != letters.end() && found->second.key == key &&
         found->second.generation == generation_of(key);
}

void memory_rows::update_letter(const dead_letter& letter, const shard_key& key) {
  if (!may_change(letter.id, key))
    return;
  auto& there = letters.at(letter.id);
  there.error = letter.error;
  there.attempts = letter.attempts;
  there.projection_version = letter.projection_version;
}

void memory_rows::settle_letter(std::int64_t id, const settlement& how, const shard_key& key) {
  if (!may_change(id, key))
    return;
  const auto& gone = letters.at(id);
  settled[id] = {id,
                 gone.key,
                 gone.position,
                 gone.generation,
                 gone.sequence_key,
                 gone.subject.event_id,
                 gone.subject.event_type,
                 gone.error,
                 how};
  letters.erase(id);
}

std::optional<dead_letter> memory_rows::letter_at(const shard_key& key,
                                                  position_t position) const {
  const auto current = generation_of(key);
  for (const auto& [id, each] : letters)
    if (each.key == key && each.position == position && each.generation == current)
      return each;
  return std::nullopt;
}

std::vector<settled_letter> memory_rows::list_settled(const letter_query& query) const {
  std::vector<settled_letter> result;
  for (auto at = settled.upper_bound(query.after_id);
       at != settled.end() && result.size() < query.limit; ++at)
    if ((!query.projection || at->second.key.projection == *query.projection) &&
        (!query.sequence_key || at->second.sequence_key == *query.sequence_key))
      result.push_back(at->second);
  return result;
}

std::vector<dead_letter> memory_rows::list(const letter_query& query) const {
  std::vector<dead_letter> result;
  for (auto at = letters.upper_bound(query.after_id);
       at != letters.end() && result.size() < query.limit; ++at) {
    const auto& each = at->second;
    if ((!query.projection || each.key.projection == *query.projection) &&
        (!query.sequence_key || each.sequence_key == *query.sequence_key))
      result.push_back(each);
  }
  return result;
}

std::vector<parked_queue> memory_rows::parked_queues(const shard_key& key) const {
  const auto found = parked.find(key);
  if (found == parked.end())
    return {};
  std::vector<parked_queue> result;
  std::map<position_t, std::size_t> by_position;
  for (const auto& [sequence_key, where] : found->second) {
    for (const auto position : where)
      by_position.emplace(position, result.size());
    result.push_back(
        {sequence_key, static_cast<std::int64_t>(where.size()), std::nullopt, 0});
  }
  const auto current = generation_of(key);
  for (const auto& [id, each] : letters) {
    const auto at = by_position.find(each.position);
    if (each.key != key || each.generation != current || at == by_position.end())
      continue;
    result[at->second].letter_id = id;
    result[at->second].letter_version = each.projection_version;
  }
  return result;
}

} // namespace waymark
