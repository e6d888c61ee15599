#include "tests/simulation/oracle.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sim {

void oracle::broken(const char* guarantee, const projection_plan& plan, position_t at,
                    const std::string& what) {
  std::string about;
  if (at > 0) {
    const auto& e = world_.writer->acknowledged().at(static_cast<std::size_t>(at - 1));
    about = ", position " + std::to_string(at) + " (" + e.type + ", " + to_string(e.what) + ", " +
            to_string(e.stream) + ", group \"" + e.group + "\")";
  }
  world_.told.broken(std::string{guarantee} + ": " + plan.name + about + " " + what);
}

bool oracle::belongs(const projection_plan& plan, const checkpoint& record,
                     const written_event& e) {
  if (!plan.concerns(e))
    return false;
  if (!plan.has_key(e))
    return record.key.shard == 0;
  return fnv1a(plan.key_of(e)) % static_cast<std::uint64_t>(record.shards) ==
         static_cast<std::uint64_t>(record.key.shard);
}

oracle::shard_view oracle::view_of(projection_store& in, const checkpoint& record) const {
  shard_view view;
  view.record = record;
  letter_query query;
  query.projection = record.key.projection;
  query.limit = 100'000;
  for (auto& letter : in.letters(query))
    if (letter.key == record.key && letter.generation == record.generation)
      view.letters.emplace(letter.position, letter);
  for (const auto& settled : in.settled_letters(query))
    if (settled.key == record.key && settled.generation == record.generation &&
        settled.how.verb == settle_verb::discard)
      view.discarded.insert(settled.position);
  for (const auto& key : in.parked_keys(record.key)) {
    const auto where = in.parked_positions(record.key, key);
    view.parked[key] = {where.begin(), where.end()};
  }
  return view;
}

bool oracle::may_be_retried(const projection_plan& plan) const {
  return world_.retried.contains(plan.name) || world_.newest_version > 1;
}

// -- the fold -------------------------------------------------------------------------------------

void oracle::judge_letter(const projection_plan& plan, const written_event& e,
                          const dead_letter& letter) {
  const bool by_operator = world_.discarded.contains({plan.name, e.position});
  const bool retried = may_be_retried(plan);
  const bool may_fail_again = retried && (e.what == doing::flaky || e.what == doing::broken);
  if (!by_operator && !plan.may_give_up(e) && !may_fail_again)
    broken("G5", plan, e.position, "has a letter and is not at fault: " + letter.error);
  if (!by_operator && (plan.on_give_up == give_up::stop || !plan.has_key(e)))
    broken("G4", plan, e.position, "was given up without an operator's word");
  if (!by_operator && !retried && letter.attempts.size() != plan.attempts_at(e))
    broken("G5", plan, e.position,
           "was given up after " + std::to_string(letter.attempts.size()) +
               " attempts instead of " + std::to_string(plan.attempts_at(e)));
  if (letter.subject.event_id != e.id ||
      letter.sequence_key != (plan.has_key(e) ? plan.key_of(e) : ""))
    broken("G5", plan, e.position, "has a letter with another event or key in it");
}

void oracle::fold_event(const projection_plan& plan, const shard_view& view, const written_event& e,
                        progress& so_far) {
  const auto key = plan.has_key(e) ? plan.key_of(e) : std::string{};
  const auto parked_of = view.parked.find(key);
  const bool parked = parked_of != view.parked.end() && parked_of->second.contains(e.position);
  const auto letter = view.letters.find(e.position);
  const bool has_letter = letter != view.letters.end();
  const auto found =
      view.hits ? view.hits->find(e.position) : std::map<position_t, int>::const_iterator{};
  const int hits = view.hits && found != view.hits->end() ? found->second : 0;

  if (e.position > view.record.position) {
    if (hits > 0 || has_letter || parked)
      broken("G2", plan, e.position,
             "had an effect beyond the checkpoint at " + std::to_string(view.record.position));
    return;
  }
  if (view.discarded.contains(e.position)) {
    if (parked || has_letter || hits > 0)
      broken("G4", plan, e.position, "was discarded, and is not just gone");
    return;
  }
  if (plan.has_key(e) && so_far.parked_keys.contains(key)) {
    if (!parked || has_letter || hits > 0)
      broken("G4", plan, e.position, "is not just parked, though its key is");
    return;
  }
  if (has_letter) {
    judge_letter(plan, e, letter->second);
    const bool parks = plan.on_give_up == give_up::park_key && plan.has_key(e);
    if (parked != parks)
      broken("G4", plan, e.position, parked ? "is parked for no reason" : "should be parked");
    if (hits > 0)
      broken("G2", plan, e.position, "was given up and had an effect");
    if (parks)
      so_far.parked_keys.insert(key);
    return;
  }
  if (parked) {
    if (at_rest_ || !may_be_retried(plan) || hits > 0)
      broken("G4", plan, e.position, "is parked behind no letter");
    so_far.parked_keys.insert(key); // a replay is under way
    return;
  }
  if (plan.can_never_handle(e) || !plan.has_key(e))
    broken("G2", plan, e.position, "was passed without a letter");
  if (view.hits && hits != 1)
    broken("G2", plan, e.position, "took effect " + std::to_string(hits) + " times");
  ++so_far.handled;
  so_far.last_handled = &e;
}

void oracle::fold(const projection_plan& plan, const shard_view& view) {
  progress so_far;
  for (const auto& e : world_.writer->acknowledged())
    if (belongs(plan, view.record, e))
      fold_event(plan, view, e, so_far);
  if (!view.hits)
    return;
  const auto& record = view.record;
  if (record.events_processed != so_far.handled)
    broken("G2", plan, 0,
           "has handled " + std::to_string(so_far.handled) + " events, and its record says " +
               std::to_string(record.events_processed));
  if (so_far.last_handled && !may_be_retried(plan) &&
      record.last_event_id != so_far.last_handled->id)
    broken("G2", plan, so_far.last_handled->position,
           "is not the last handled event of the record");
}

// -- what there is to compare ---------------------------------------------------------------------

void oracle::audit_projection(const projection_plan& plan, projection_store& in,
                              const std::map<position_t, int>* hits) {
  for (const auto& record : in.load_all()) {
    if (record.key.projection != plan.name)
      continue;
    auto view = view_of(in, record);
    view.hits = hits;
    fold(plan, view);
  }
}

void oracle::audit_order(const projection_plan& plan, const std::vector<position_t>& order) {
  std::map<std::string, position_t> last;
  for (const auto position : order) {
    const auto& e = world_.writer->acknowledged().at(static_cast<std::size_t>(position - 1));
    auto& before = last[plan.key_of(e)];
    if (position <= before)
      broken("G4", plan, position,
             "was handled after position " + std::to_string(before) + " of the same key");
    before = position;
  }
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
  audit_projection(plan, *world_.tables.real, &hits);
  audit_order(plan, order);
  if (order.size() != hits.size())
    broken("G2", plan, 0, "has tables that differ from each other");
}

void oracle::audit() {
  if (!world_.writer->unsettled())
    world_.writer->audit(*world_.real_log);
  for (const auto& plan : world_.plans)
    if (plan.where == effect::database)
      audit_tables(plan);
}

void oracle::audit_outside(const projection_plan& plan, projection_store& in) {
  audit_projection(plan, in, nullptr);
  std::map<std::pair<std::int64_t, std::string>, position_t> last;
  std::set<position_t> done;
  const auto& all = world_.writer->acknowledged();
  for (const auto& [claim, position] : world_.code.outside[plan.name]) {
    done.insert(position);
    const auto& e = all.at(static_cast<std::size_t>(position - 1));
    if (plan.can_never_handle(e))
      broken("G2", plan, position, "had an effect, though its handler throws");
    auto& before = last[{claim, plan.key_of(e)}];
    if (claim > 0 && !plan.in_batches && position <= before)
      broken("G4", plan, position,
             "was handled after position " + std::to_string(before) + " of the same key");
    before = position;
  }
  for (const auto& record : in.load_all()) {
    if (record.key.projection != plan.name)
      continue;
    const auto view = view_of(in, record);
    std::set<position_t> aside;
    for (const auto& [key, positions] : view.parked)
      aside.insert(positions.begin(), positions.end());
    for (const auto& e : all)
      if (e.position <= record.position && belongs(plan, record, e) && !done.contains(e.position) &&
          !aside.contains(e.position) && !view.discarded.contains(e.position) &&
          !view.letters.contains(e.position))
        broken("G2", plan, e.position, "never had an effect");
  }
}

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
    parked.emplace(queue.sequence_key, queue.events);
  if (*m.parked() != parked)
    broken("G4", plan, 0, runner.label() + " has another set of parked keys than the store");
}

void oracle::audit_at_rest() {
  at_rest_ = true;
  audit();
  for (const auto& process : world_.processes)
    for (const auto& runner : process->runners()) {
      const auto& plan = world_.plans[world_.plan_of(*runner)];
      auto& in = *world_.shelf_for(plan, *process).real;
      audit_machine(plan, *runner, in);
      if (plan.where == effect::memory) {
        const auto& state = *static_cast<const remembered*>(runner->context().state->object.get());
        audit_projection(plan, in, &state.hits);
        audit_order(plan, state.order);
      }
    }
  for (const auto& plan : world_.plans)
    if (plan.where == effect::outside)
      audit_outside(plan, *world_.shelf_for(plan, *world_.processes.front()).real);
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
