#include "tests/simulation/chronicle.hpp"

#include <algorithm>

namespace waymark::sim {

/// A batch, an event that is given up, or a position that was saved: each event up to the new
/// position has to be accounted for.
void chronicle::judge_live(open_case& c) {
  const auto& tx = c.what;
  if (!tx.unparked.empty() || !tx.settled.empty() || !tx.changed.empty())
    broken("G4", c.plan, tx.advance.to, "was passed in one transaction with a replay");
  for (auto at = tx.advance.from + 1; at <= tx.advance.to; ++at) {
    const auto* e = log->find(at);
    if (!e)
      return broken("G1", c.plan, 0,
                    "has passed position " + std::to_string(at) + ", beyond the head");
    if (belongs(c.plan, c.shard, tx.by.key.shard, *e))
      judge_event(c, *e);
  }
}

void chronicle::judge_event(open_case& c, const written_event& e) {
  const auto& tx = c.what;
  const auto letter =
      std::find_if(tx.written.begin(), tx.written.end(),
                   [&](const dead_letter& each) { return each.position == e.position; });
  const auto key = c.plan.has_key(e) ? c.plan.key_of(e) : std::string{};
  const bool parks = c.next_parked < tx.parked.size() &&
                     tx.parked[c.next_parked] == transaction::place{key, e.position};
  if (letter != tx.written.end())
    return judge_given_up(c, e, *letter);
  if (c.plan.has_key(e) && c.shard.parked.contains(key)) {
    if (!parks)
      return broken("G4", c.plan, e.position, "is not parked, though its key is");
    ++c.next_parked;
    return judge_parking(c, key, e.position);
  }
  if (c.plan.can_never_handle(e) || !c.plan.has_key(e))
    broken("G2", c.plan, e.position, "was passed without a letter");
  take_effect(c, e);
}

void chronicle::judge_given_up(open_case& c, const written_event& e, const dead_letter& letter) {
  const auto& tx = c.what;
  const bool by_word = discarded_by_word.contains({c.plan.name, e.position});
  const bool parks = !by_word && c.plan.on_give_up == give_up::park_key && c.plan.has_key(e);
  const auto key = c.plan.has_key(e) ? c.plan.key_of(e) : std::string{};
  if (tx.written.size() != 1 || tx.advance.to != e.position)
    broken("G4", c.plan, e.position, "was given up together with others");
  if (!by_word && (c.plan.on_give_up == give_up::stop || !c.plan.has_key(e)))
    broken("G4", c.plan, e.position, "was given up without an operator's word");
  if (c.plan.has_key(e) && c.shard.parked.contains(key))
    broken("G4", c.plan, e.position, "was given up, and should be parked");
  if (letter.subject.event_id != e.id || letter.sequence_key != key ||
      letter.generation != c.shard.generation)
    broken("G5", c.plan, e.position, "has a letter with another event, key or generation in it");
  if (!by_word)
    judge_reason(c, e, letter);
  c.shard.letters[e.position] = {0, letter.attempts.size()};
  if (!parks)
    return;
  if (tx.parked.size() != 1 || tx.parked.front() != transaction::place{key, e.position})
    return broken("G4", c.plan, e.position, "was given up, and its key is not parked");
  ++c.next_parked;
  judge_parking(c, key, e.position);
}

void chronicle::judge_reason(const open_case& c, const written_event& e,
                             const dead_letter& letter) {
  const bool blamed = letter.error.starts_with("crashed the process ") ||
                      letter.error.starts_with("took the process with it ") ||
                      letter.error.starts_with("the process ended while it was handled");
  if (blamed) {
    const auto* m = markers_.find({&c.in, c.what.by.key});
    const bool innocent = !c.plan.dies_of(e) && m && m->counts.ends < 5;
    if (innocent || !markers_.may_be_blamed({&c.in, c.what.by.key}, e.position, c.plan.max_crashes))
      broken("G5", c.plan, e.position, "is blamed, and is innocent: " + letter.error);
    return;
  }
  if (c.plan.dies_of(e))
    broken("G5", c.plan, e.position, "ends processes, and has a letter that says: " + letter.error);
  if (!c.plan.may_give_up(e))
    broken("G5", c.plan, e.position, "has a letter and is not at fault: " + letter.error);
  if (letter.attempts.size() != c.plan.attempts_at(e))
    broken("G5", c.plan, e.position,
           "was given up after " + std::to_string(letter.attempts.size()) +
               " attempts instead of " + std::to_string(c.plan.attempts_at(e)));
}

void chronicle::judge_parking(const open_case& c, const std::string& key, position_t at) {
  auto& queue = c.shard.parked[key];
  queue.insert(at);
  const auto& most = c.plan.parking;
  if (static_cast<std::int64_t>(queue.size()) > most.per_key ||
      c.shard.parked_events() > std::max<std::int64_t>(1, most.per_projection))
    broken("G6", c.plan, at, "was parked beyond the limits");
}

} // namespace waymark::sim
