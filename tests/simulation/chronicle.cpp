#include "tests/simulation/chronicle.hpp"

#include <waymark/messages/hash.hpp>

#include <algorithm>

namespace waymark::sim {

// -- one shard ------------------------------------------------------------------------------------

bool shard_history::stands_first(const std::string& key, position_t at) const {
  const auto found = parked.find(key);
  return found != parked.end() && *found->second.begin() == at;
}

bool shard_history::is_parked(const std::string& key, position_t at) const {
  const auto found = parked.find(key);
  return found != parked.end() && found->second.contains(at);
}

std::int64_t shard_history::parked_events() const {
  std::int64_t count = 0;
  for (const auto& [key, positions] : parked)
    count += static_cast<std::int64_t>(positions.size());
  return count;
}

// -- all ------------------------------------------------------------------------------------------

const projection_plan& chronicle::plan_of(const std::string& projection) const {
  return *std::find_if(plans_.begin(), plans_.end(),
                       [&](const projection_plan& plan) { return plan.name == projection; });
}

void chronicle::broken(const char* guarantee, const projection_plan& plan, position_t at,
                       const std::string& what) const {
  std::string about;
  if (const auto* e = at > 0 ? log->find(at) : nullptr)
    about = ", position " + std::to_string(at) + " (" + e->type + ", " + to_string(e->what) + ", " +
            to_string(e->stream) + ", group \"" + e->group + "\")";
  trace_.broken(std::string{guarantee} + ": " + plan.name + about + " " + what);
}

bool chronicle::belongs(const projection_plan& plan, const shard_history& shard, int number,
                        const written_event& e) {
  if (!plan.concerns(e))
    return false;
  if (!plan.has_key(e))
    return number == 0;
  return fnv1a(plan.key_of(e)) % static_cast<std::uint64_t>(shard.shards) ==
         static_cast<std::uint64_t>(number);
}

const shard_history& chronicle::of(const projection_store& in, const shard_key& key) const {
  static const shard_history nothing;
  const auto found = shards_.find({&in, key});
  return found == shards_.end() ? nothing : found->second;
}

const std::vector<position_t>& chronicle::effects(const projection_store& in,
                                                  const std::string& projection) const {
  static const std::vector<position_t> nothing;
  const auto found = effects_.find({&in, projection});
  return found == effects_.end() ? nothing : found->second;
}

void chronicle::granted(const projection_store& in, const checkpoint& record) {
  auto& shard = shards_[{&in, record.key}];
  shard.shards = record.shards;
  shard.generation = record.generation;
}

void chronicle::reset(const projection_store& in, const std::string& projection,
                      const std::vector<checkpoint>& records) {
  effects_[{&in, projection}].clear();
  for (auto& [where, shard] : shards_)
    if (where.first == &in && where.second.projection == projection) {
      shard_history empty;
      empty.replayed = shard.replayed;
      empty.discarded = shard.discarded;
      shard = std::move(empty);
    }
  for (const auto& record : records)
    if (record.key.projection == projection)
      granted(in, record);
}

void chronicle::committed(projection_store& in, const transaction& what) {
  const auto& key = what.by.key;
  open_case c{plan_of(key.projection), shards_[{&in, key}], effects_[{&in, key.projection}], what,
              in};
  if (what.is_live())
    judge_live(c);
  else
    judge_replay(c);
  require_accounted(c);
  c.shard.position = what.advance.to;
  c.shard.handled += c.handled;
  if (c.last)
    c.shard.last_handled = c.last->id;
  for (const auto& letter : what.written)
    if (const auto found = in.letter_at(key, letter.position))
      c.shard.letters[letter.position].id = found->id;
}

void chronicle::take_effect(open_case& c, const written_event& e) {
  ++c.handled;
  c.last = &e;
  if (c.plan.where == effect::database) {
    const auto& seen = c.what.effects;
    if (c.next_effect == seen.size() || seen[c.next_effect] != e.position)
      broken("G2", c.plan, e.position, "was passed, or its key was, without its effect");
    else
      ++c.next_effect;
  }
  c.effects.push_back(e.position);
  if (!c.plan.has_key(e))
    return;
  auto& before = c.shard.last_of_key[c.plan.key_of(e)];
  if (c.plan.on_give_up == give_up::park_key && e.position <= before)
    broken("G4", c.plan, e.position,
           "was handled after position " + std::to_string(before) + " of the same key");
  before = std::max(before, e.position);
}

void chronicle::require_accounted(const open_case& c) {
  const auto& tx = c.what;
  if (c.next_effect != tx.effects.size())
    broken("G2", c.plan, tx.effects[c.next_effect], "had an effect that nothing accounts for");
  if (c.next_parked != tx.parked.size())
    broken("G4", c.plan, tx.parked[c.next_parked].second, "was parked, and its key is not");
  if (c.plan.where != effect::outside && c.handled != tx.advance.handled)
    broken("G2", c.plan, 0,
           "handled " + std::to_string(c.handled) + " events, and counted " +
               std::to_string(tx.advance.handled));
  if (c.plan.where != effect::outside && c.last && tx.advance.last_event_id != c.last->id)
    broken("G2", c.plan, c.last->position, "was handled last, and the record says another");
  for (const auto& [key, queue] : c.shard.parked)
    for (auto at = std::next(queue.begin()); at != queue.end(); ++at)
      if (c.shard.letters.contains(*at))
        broken("G4", c.plan, *at, "has a letter, and is not the first that is parked of its key");
}

} // namespace waymark::sim
