#include "tests/simulation/oracle.hpp"

#include <waymark/messages/error.hpp>

#include <set>

namespace waymark::sim {

// -- what is in the stores ------------------------------------------------------------------------

void oracle::audit_record(const projection_plan& plan, const checkpoint& record,
                          const shard_history& known) {
  const auto differs = [&](const char* what, std::int64_t there, std::int64_t expected) {
    if (there != expected)
      broken("G2", plan, 0,
             std::string{what} + " of " + to_string(record.key) + " is " + std::to_string(there) +
                 " instead of " + std::to_string(expected));
  };
  differs("the position", record.position, known.position);
  differs("the generation", record.generation, known.generation);
  if (plan.where == effect::outside)
    return; // what was handled and not saved is handled, and counted, again
  differs("the number of handled events", record.events_processed, known.handled);
  if (record.last_event_id != known.last_handled)
    broken("G2", plan, 0, "has another last event in its record than the last that it handled");
}

void oracle::audit_letters(const projection_plan& plan, projection_store& in,
                           const checkpoint& record, const shard_history& known) {
  letter_query query;
  query.projection = plan.name;
  query.limit = 100'000;
  std::set<position_t> there;
  for (const auto& letter : in.letters(query)) {
    if (letter.key != record.key || letter.generation != record.generation)
      continue;
    there.insert(letter.position);
    const auto expected = known.letters.find(letter.position);
    if (expected == known.letters.end())
      broken("G5", plan, letter.position, "has a letter that nobody wrote, or that was settled");
    else if (letter.attempts.size() != expected->second.attempts)
      broken("G5", plan, letter.position,
             "has a letter with " + std::to_string(letter.attempts.size()) +
                 " attempts instead of " + std::to_string(expected->second.attempts));
  }
  for (const auto& [at, letter] : known.letters)
    if (!there.contains(at))
      broken("G5", plan, at, "was given up, and its letter is gone");
  std::map<position_t, settle_verb> settled;
  for (const auto& each : in.settled_letters(query))
    if (each.key == record.key && each.generation == record.generation)
      settled[each.position] = each.how.verb;
  for (const auto& [at, verb] : known.settled)
    if (const auto found = settled.find(at); found == settled.end() || found->second != verb)
      broken("G5", plan, at, "was settled, and there is no record of it, or another");
  if (settled.size() > known.settled.size())
    broken("G5", plan, 0, "has a record of a letter that was not settled");
}

void oracle::audit_parked(const projection_plan& plan, projection_store& in,
                          const checkpoint& record, const shard_history& known) {
  std::map<std::string, std::set<position_t>> parked;
  for (const auto& key : in.parked_keys(record.key)) {
    const auto where = in.parked_positions(record.key, key);
    parked[key] = {where.begin(), where.end()};
  }
  for (const auto& [key, positions] : known.parked) {
    for (const auto at : positions)
      if (!parked[key].contains(at))
        broken("G4", plan, at, "should be parked");
    if (at_rest_ && !known.letters.contains(*positions.begin()))
      broken("G4", plan, *positions.begin(), "is parked behind no letter");
  }
  for (const auto& [key, positions] : parked)
    for (const auto at : positions)
      if (!known.is_parked(key, at))
        broken("G4", plan, at, "is parked for no reason");
}

void oracle::audit_marker(const projection_plan& plan, const shelf& where,
                          const checkpoint& record) {
  const auto there = where.real->find_attempt(record.key);
  const auto* known = world_.markers.find({where.mutated.get(), record.key});
  if (!there && !known)
    return;
  if (!there || !known)
    return broken("G5", plan, there ? there->position : known->position,
                  there ? "has a marker that should be gone" : "should have a marker");
  if (there->position != known->position || there->generation != known->generation ||
      there->owner != known->owner || there->counts != known->counts)
    broken("G5", plan, there->position,
           "has a marker that differs: " + std::to_string(there->counts.ends) + " ends, " +
               std::to_string(there->counts.crashes) + " crashes, of " +
               there->owner.value_or("nobody"));
}

void oracle::audit_shards(const projection_plan& plan, const shelf& where) {
  for (const auto& record : where.real->load_all()) {
    if (record.key.projection != plan.name)
      continue;
    const auto& known = world_.history.of(*where.mutated, record.key);
    audit_record(plan, record, known);
    audit_letters(plan, *where.real, record, known);
    audit_parked(plan, *where.real, record, known);
    audit_marker(plan, where, record);
  }
}

// -- what handlers have done ----------------------------------------------------------------------

void oracle::audit_effects(const projection_plan& plan, const std::vector<position_t>& known,
                           const std::map<position_t, int>& hits,
                           const std::vector<position_t>& order) {
  for (const auto at : known)
    if (const auto found = hits.find(at); found == hits.end() || found->second != 1)
      broken("G2", plan, at,
             "took effect " + std::to_string(found == hits.end() ? 0 : found->second) + " times");
  if (hits.size() != known.size())
    broken("G2", plan, 0,
           "has the effects of " + std::to_string(hits.size()) + " events instead of " +
               std::to_string(known.size()));
  if (order != known)
    broken("G4", plan, 0, "has its effects in another order than they were committed");
}

void oracle::audit_tables(const projection_plan& plan) {
  std::map<position_t, int> hits;
  std::vector<position_t> order;
  try {
    world_.tables.real->read([&](read_model& db) {
      for (const auto& [position, count] :
           db.query_as<std::int64_t, std::int64_t>("SELECT position, hits FROM hits_" + plan.name))
        hits[position] = static_cast<int>(count);
      for (const auto& [position] :
           db.query_as<std::int64_t>("SELECT position FROM seen_" + plan.name + " ORDER BY at"))
        order.push_back(position);
    });
  } catch (const projection_error&) {
    // nobody has made the tables yet
  }
  audit_effects(plan, world_.history.effects(*world_.tables.mutated, plan.name), hits, order);
}

void oracle::audit_memory(const projection_plan& plan, const shelf& where,
                          const remembered& state) {
  audit_shards(plan, where);
  audit_effects(plan, world_.history.effects(*where.mutated, plan.name), state.hits, state.order);
}

void oracle::audit_outside(const projection_plan& plan, const shelf& where) {
  std::map<std::pair<std::int64_t, std::string>, position_t> last;
  std::set<position_t> done;
  for (const auto& [claim, position] : world_.code.outside[plan.name]) {
    done.insert(position);
    const auto& e = *world_.writer->find(position);
    if (plan.can_never_handle(e))
      broken("G2", plan, position, "had an effect, though its handler throws");
    if (plan.on_give_up != give_up::park_key)
      continue; // its letters are retried after later events of their keys
    auto& before = last[{claim, plan.key_of(e)}];
    if (claim > 0 && !plan.in_batches && position <= before)
      broken("G4", plan, position,
             "was handled after position " + std::to_string(before) + " of the same key");
    before = position;
  }
  for (const auto at : world_.history.effects(*where.mutated, plan.name))
    if (!done.contains(at))
      broken("G2", plan, at, "never had an effect");
}

void oracle::audit() {
  if (!world_.writer->unsettled())
    world_.writer->audit(*world_.real_log);
  for (const auto& plan : world_.plans) {
    if (plan.where == effect::memory)
      continue;
    const auto& where = world_.shelf_for(plan, nullptr);
    audit_shards(plan, where);
    if (plan.where == effect::database)
      audit_tables(plan);
    else
      audit_outside(plan, where);
  }
}

// -- what machines believe ------------------------------------------------------------------------

void oracle::audit_machine(const projection_plan& plan, const shard_runner& runner,
                           projection_store& in) {
  const auto& m = runner.machine();
  const auto record = in.load(m.record().key);
  if (m.state() != projection_state::running || !record || record->epoch != m.record().epoch)
    return;
  if (m.record().position != record->position)
    broken("G7", plan, 0,
           runner.label() + " believes to be at " + std::to_string(m.record().position) +
               ", but the record is at " + std::to_string(record->position));
  if (plan.where != effect::outside && m.record().events_processed != record->events_processed)
    broken("G7", plan, 0,
           runner.label() + " believes to have handled " +
               std::to_string(m.record().events_processed) + " events of " +
               std::to_string(record->events_processed));
  if (m.record().failure)
    broken("G7", plan, 0, runner.label() + " runs, and shows a stored failure");
  const auto counts = in.counts(m.record().key);
  if (!(m.set_aside() == counts))
    broken("G7", plan, 0,
           runner.label() + " counts " + std::to_string(m.set_aside().letters) + " letters and " +
               std::to_string(m.set_aside().parked_events) + " parked events instead of " +
               std::to_string(counts.letters) + " and " + std::to_string(counts.parked_events));
  parked_set parked;
  for (const auto& queue : in.parked_queues(m.record().key))
    parked.set(queue.sequence_key, queue.events);
  if (!(*m.parked() == parked))
    broken("G4", plan, 0, runner.label() + " has another set of parked keys than the store");
}

void oracle::audit_at_rest() {
  at_rest_ = true;
  audit();
  for (const auto& process : world_.processes)
    for (const auto& runner : process->runners()) {
      const auto& plan = world_.plans[world_.plan_of(*runner)];
      const auto& where = world_.shelf_for(plan, process.get());
      audit_machine(plan, *runner, *where.real);
      if (runner->waits_for_answers())
        broken("G7", plan, 0, runner->label() + " has not answered what an operator asked for");
      if (plan.where == effect::memory)
        audit_memory(plan, where,
                     *static_cast<const remembered*>(runner->context().state->object.get()));
    }
}

void oracle::audit_released() {
  std::vector<const shelf*> shelves{&world_.tables, &world_.memory};
  for (const auto& process : world_.processes)
    shelves.push_back(&process->own_shelf());
  for (const auto* each : shelves)
    for (const auto& record : each->real->load_all())
      for (const auto& process : world_.processes)
        for (const auto& runner : process->runners()) {
          const auto& known = runner->machine().record();
          // A claim that was given up and ran all the same has another epoch: nobody knows of it.
          // Nor does one that ended with the store, and was not started again, give up anything.
          if (runner->machine().state() == projection_state::ended &&
              record.owner == process->owner() && known.key == record.key &&
              known.epoch == record.epoch)
            world_.told.broken("G8: " + to_string(record.key) + " is still owned by " +
                               process->owner() + " after a drain");
        }
}

} // namespace waymark::sim
