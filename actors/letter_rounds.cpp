#include "actors/letter_rounds.hpp"

#include <algorithm>
#include <unordered_set>

namespace waymark {

std::optional<int> next_round(const dead_letter& letter, const letter_retry_policy& policy) {
  if (letter.attempts.empty() || letter.attempts.back().round == left_to_a_person)
    return std::nullopt;
  int used = 0;
  for (const auto& each : letter.attempts)
    used = std::max(used, each.round);
  return used < policy.rounds ? std::optional{used + 1} : std::nullopt;
}

std::unordered_map<std::string, int> next_rounds(projection_store& store,
                                                 const std::string& projection,
                                                 const std::vector<parked_queue>& queues,
                                                 const letter_retry_policy& policy) {
  std::unordered_set<std::int64_t> wanted;
  for (const auto& each : queues)
    if (each.letter_id)
      wanted.insert(*each.letter_id);
  std::unordered_map<std::string, int> found;
  letter_query query;
  query.projection = projection;
  query.limit = 500;
  for (bool more = policy.rounds > 0 && !wanted.empty(); more;) {
    const auto some = store.letters(query);
    more = some.size() == query.limit;
    for (const auto& letter : some) {
      query.after_id = letter.id;
      if (wanted.count(letter.id) == 0)
        continue;
      if (const auto round = next_round(letter, policy))
        found.emplace(letter.sequence_key, *round);
    }
  }
  return found;
}

} // namespace waymark
