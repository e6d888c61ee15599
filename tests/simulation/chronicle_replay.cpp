#include "tests/simulation/chronicle.hpp"

#include <algorithm>

namespace waymark::sim {

namespace {

/// The position of a letter that stands; 0 if there is none of that number.
position_t position_of(const shard_history& shard, std::int64_t letter) {
  for (const auto& [at, each] : shard.letters)
    if (each.id == letter)
      return at;
  return 0;
}

} // namespace

/// One event of a replay, or one attempt at it that failed: the checkpoint stays.
void chronicle::judge_replay(open_case& c) {
  const auto& tx = c.what;
  if (tx.advance.from != c.shard.position)
    broken("G3", c.plan, 0, "had a replay committed from another position than it is at");
  if (!tx.written.empty() || !tx.changed.empty())
    judge_attempt(c);
  else if (!tx.settled.empty() || !tx.unparked.empty())
    judge_settled(c);
}

/// An event that was tried again and failed is still where it was.
void chronicle::judge_attempt(open_case& c) {
  const auto& tx = c.what;
  if (tx.written.size() + tx.changed.size() != 1 || !tx.settled.empty() || !tx.unparked.empty())
    return broken("G4", c.plan, 0, "kept an attempt in one transaction with something else");
  const auto& letter = tx.written.empty() ? tx.changed.front() : tx.written.front();
  const auto* e = log->find(letter.position);
  if (!e)
    return broken("G5", c.plan, 0, "has a letter for an event that is not there");
  if (!c.plan.may_fail_again(*e) && letter.error.find("process") == std::string::npos)
    broken("G5", c.plan, e->position, "has a failed attempt and is not at fault: " + letter.error);
  if (!tx.written.empty())
    return judge_new_letter(c, *e, letter);
  const auto known = c.shard.letters.find(e->position);
  if (known == c.shard.letters.end() || known->second.id != letter.id)
    return broken("G5", c.plan, e->position, "has an attempt in a letter that does not stand");
  if (letter.attempts.size() != ++known->second.attempts)
    broken("G5", c.plan, e->position,
           "has " + std::to_string(letter.attempts.size()) + " attempts in its letter instead of " +
               std::to_string(known->second.attempts));
}

/// In the middle of a replay: what was parked behind the letter comes first in its key by now.
void chronicle::judge_new_letter(const open_case& c, const written_event& e,
                                 const dead_letter& letter) {
  const auto key = c.plan.has_key(e) ? c.plan.key_of(e) : std::string{};
  if (!c.shard.stands_first(key, e.position) || c.shard.letters.contains(e.position))
    broken("G4", c.plan, e.position, "got a letter in a replay, and does not stand first");
  if (letter.subject.event_id != e.id || letter.sequence_key != key ||
      letter.generation != c.shard.generation)
    broken("G5", c.plan, e.position, "has a letter with another event, key or generation in it");
  c.shard.letters[e.position] = {0, letter.attempts.size()};
}

void chronicle::judge_settled(open_case& c) {
  const auto& tx = c.what;
  if (tx.settled.size() > 1 || tx.unparked.size() > 1)
    return broken("G4", c.plan, 0, "settled more than one event in one transaction");
  const auto at = tx.settled.empty() ? tx.unparked.front().second
                                     : position_of(c.shard, tx.settled.front().first);
  const auto* e = at > 0 ? log->find(at) : nullptr;
  if (!e)
    return broken("G4", c.plan, 0, "settled a letter that does not stand");
  const auto key = c.plan.has_key(*e) ? c.plan.key_of(*e) : std::string{};
  const bool parked = c.shard.is_parked(key, at);
  if (parked != !tx.unparked.empty() ||
      (parked && tx.unparked.front() != transaction::place{key, at}))
    broken("G4", c.plan, at, "was settled, and something else was taken from what is parked");
  if (parked && !c.shard.stands_first(key, at))
    broken("G4", c.plan, at, "was settled, and others of its key are parked before it");
  if (c.shard.letters.contains(at) != !tx.settled.empty())
    broken("G4", c.plan, at, "was taken from what is parked, and its letter stands");
  if (!tx.settled.empty()) {
    const auto& how = tx.settled.front().second;
    c.shard.settled[at] = how.verb;
    if (how.by.starts_with("dry run"))
      broken("G4", c.plan, at, "was settled by a dry run");
  }
  c.shard.letters.erase(at);
  if (parked && (c.shard.parked[key].erase(at), c.shard.parked[key].empty()))
    c.shard.parked.erase(key);
  if (!tx.settled.empty() && tx.settled.front().second.verb == settle_verb::discard) {
    ++c.shard.discarded;
    return;
  }
  ++c.shard.replayed;
  if (c.plan.can_never_handle(*e))
    broken("G2", c.plan, at, "was replayed, and can't be handled");
  take_effect(c, *e);
}

} // namespace waymark::sim
