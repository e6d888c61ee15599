#include "tests/simulation/life.hpp"

namespace waymark::sim {

life& graveyard::born(const std::string& owner) {
  auto& who = graves_[owner].who;
  who.owner = owner;
  return who;
}

void graveyard::dies(life& who, const std::string& signal, int depth) {
  if (who.over)
    return;
  who.over = true;
  auto& ends = graves_.find(who.owner)->second.ends;
  for (const auto& each : who.attempts) {
    auto& end = ends[{each.key, each.position}];
    end.age = each.ran;
    if (each.depth == depth)
      end.signal = signal;
  }
}

std::optional<bool> graveyard::lives(std::string_view owner) const {
  const auto found = graves_.find(owner);
  return on_one_host && found != graves_.end() ? std::optional{!found->second.who.over}
                                               : std::nullopt;
}

std::optional<process_end> graveyard::end_of(std::string_view owner, const shard_key& key,
                                             position_t position) const {
  if (!on_one_host)
    return std::nullopt;
  if (which_ == mutant::ages_all)
    return process_end{{}, std::chrono::seconds{2}};
  return truth_of(owner, key, position);
}

process_end graveyard::truth_of(std::string_view owner, const shard_key& key,
                                position_t position) const {
  const auto found = graves_.find(owner);
  if (!on_one_host || found == graves_.end())
    return {};
  const auto end = found->second.ends.find({key, position});
  return end == found->second.ends.end() ? process_end{} : end->second;
}

} // namespace waymark::sim
