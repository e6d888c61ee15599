#include "supervisors/letter_finder.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace waymark {

namespace {

/// The chosen letters of one shard, by key, each with its position.
using chosen_letters = std::map<std::string, std::vector<std::pair<position_t, std::int64_t>>>;

std::int64_t generation_of(const board_entry& shard) {
  const auto record = shard.store->load(shard.status.key);
  return record ? record->generation : shard.record.generation;
}

/// The letter of that number, if a shard of these has it.
std::map<shard_key, chosen_letters> find_one(const std::vector<board_entry>& shards,
                                             const letter_selection& which) {
  std::map<shard_key, chosen_letters> found;
  std::string old;
  for (const auto& shard : shards) {
    const auto letter = shard.store->letter(*which.id);
    if (!letter || letter->key != shard.status.key || !which.matches(*letter))
      continue;
    if (letter->generation != generation_of(shard))
      old = to_string(shard.status.key);
    else
      found[letter->key][letter->sequence_key].emplace_back(letter->position, letter->id);
  }
  const auto number = "letter " + std::to_string(*which.id);
  if (found.size() > 1)
    throw usage_error{"there is a " + number + " of \"" + to_string(found.begin()->first) +
                      "\" and one of \"" + to_string(found.rbegin()->first) +
                      "\", in different stores: name the projection too"};
  if (found.empty() && !old.empty())
    throw usage_error{number + " of \"" + old +
                      "\" was written before the projection was reset: it is history and can't be "
                      "settled; the event was handled again since"};
  if (found.empty())
    throw usage_error{"there is no " + number +
                      " that fits: it was settled meanwhile, or never was; dead_letters() lists "
                      "those there are"};
  return found;
}

chosen_letters find_in(const board_entry& shard, const letter_selection& which) {
  chosen_letters found;
  const auto generation = generation_of(shard);
  letter_query query;
  query.projection = shard.status.key.projection;
  query.limit = 500;
  for (bool more = true; more;) {
    const auto some = shard.store->letters(query);
    more = some.size() == query.limit;
    for (const auto& letter : some) {
      query.after_id = letter.id;
      if (letter.key == shard.status.key && letter.generation == generation &&
          which.matches(letter))
        found[letter.sequence_key].emplace_back(letter.position, letter.id);
    }
  }
  return found;
}

/// Two streams may look alike where a key is shown: A/b of c, and A of b/c.
void refuse_ambiguous(const std::map<shard_key, chosen_letters>& found,
                      const letter_selection& which) {
  if (!which.sequence_key)
    return;
  std::map<std::string, std::set<std::string>> keys;
  for (const auto& [shard, letters] : found)
    for (const auto& [sequence_key, all] : letters)
      if (keys[shard.projection].insert(sequence_key).second && keys[shard.projection].size() > 1)
        throw usage_error{"several keys of projection \"" + shard.projection +
                          "\" are shown as \"" + *which.sequence_key +
                          "\": name the letters by their ids"};
}

} // namespace

std::map<shard_key, std::vector<replay_task>> find_letters(const std::vector<board_entry>& shards,
                                                           const letter_selection& which,
                                                           settle_verb verb) {
  std::map<shard_key, chosen_letters> found;
  if (which.id)
    found = find_one(shards, which);
  else
    for (const auto& shard : shards)
      found[shard.status.key] = find_in(shard, which);
  if (verb == settle_verb::retry && which.is_about_keys())
    for (const auto& shard : shards)
      for (const auto& queue : shard.store->parked_queues(shard.status.key))
        if (which.matches_key(queue.sequence_key))
          found[shard.status.key][queue.sequence_key]; // also one whose letter was settled already
  refuse_ambiguous(found, which);
  std::map<shard_key, std::vector<replay_task>> result;
  for (auto& [key, letters_of] : found)
    for (auto& [sequence_key, letters] : letters_of) {
      std::sort(letters.begin(), letters.end());
      replay_task task{sequence_key, {}, letters.empty()};
      for (const auto& [position, id] : letters)
        task.letters.push_back(id);
      result[key].push_back(std::move(task));
    }
  return result;
}

} // namespace waymark
