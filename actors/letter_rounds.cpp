#include "actors/letter_rounds.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace waymark {

bool is_for_a_person(const dead_letter& letter) {
  return std::any_of(letter.attempts.begin(), letter.attempts.end(),
                     [](const failed_attempt& a) { return a.round == left_to_a_person; });
}

std::optional<int> next_round(const dead_letter& letter, const letter_retry_policy& policy) {
  if (letter.attempts.empty() || is_for_a_person(letter))
    return std::nullopt;
  int used = 0;
  for (const auto& each : letter.attempts)
    used = std::max(used, each.round);
  return used < policy.rounds ? std::optional{used + 1} : std::nullopt;
}

std::unordered_map<std::string, round_to_come>
next_rounds(projection_store& store, const std::string& projection,
            const std::vector<parked_queue>& queues, const letter_retry_policy& policy) {
  std::unordered_set<std::int64_t> wanted;
  for (const auto& each : queues)
    if (each.letter_id)
      wanted.insert(*each.letter_id);
  std::unordered_map<std::string, round_to_come> found;
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
        found.emplace(letter.sequence_key, round_to_come{*round, letter.attempts.back().at});
    }
  }
  return found;
}

void add_attempt(dead_letter& to, int version, failed_attempt attempt) {
  constexpr std::size_t most = 100;
  auto& all = to.attempts;
  if (to.projection_version < version)
    for (auto& each : all)
      each.round = std::max(each.round, 0);
  to.projection_version = version;
  all.push_back(std::move(attempt));
  while (all.size() > most) {
    const auto by_hand = std::find_if(all.begin(), std::prev(all.end()),
                                      [](const failed_attempt& a) { return a.round == 0; });
    all.erase(by_hand == std::prev(all.end()) ? all.begin() : by_hand);
  }
}

} // namespace waymark
