#include "tests/simulation/operators.hpp"

#include "supervisors/letter_finder.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sim {

letter_selection operators::choose(const projection_plan& plan, projection_store& in) {
  letter_selection which;
  which.projection = plan.name;
  letter_query query;
  query.projection = plan.name;
  const auto letters = in.letters(query);
  if (letters.empty())
    return which;
  const auto& one = letters[world_.random.index(letters.size())];
  switch (world_.random.below(5)) {
  case 0:
  case 1:
    which.id = one.id; // perhaps of before a reset
    break;
  case 2:
    which.sequence_key = one.sequence_key;
    break;
  case 3:
    which.event_type = one.subject.event_type;
    break;
  default:
    break;
  }
  return which;
}

void operators::settle_something(process& in, const shard_runner& near) {
  const auto& plan = world_.plans[world_.plan_of(near)];
  const auto which = choose(plan, *world_.shelf_for(plan, &in).real);
  const auto verb = world_.random.one_in(3) ? settle_verb::discard : settle_verb::retry;
  settle(in, near, which, verb, world_.random.one_in(5), world_.random.one_in(4));
}

bool operators::discard_all(process& in, const shard_runner& near) {
  letter_selection which;
  which.projection = near.context().spec->name;
  const auto before = orders_;
  settle(in, near, which, settle_verb::discard, false, false);
  return orders_ > before;
}

void operators::settle(process& in, const shard_runner& near, const letter_selection& which,
                       settle_verb verb, bool dry_run, bool late) {
  const auto plan = world_.plan_of(near);
  const auto& where = world_.shelf_for(world_.plans[plan], &in);
  std::vector<board_entry> shards;
  for (const auto& runner : in.runners())
    if (world_.plan_of(*runner) == plan) {
      board_entry entry;
      entry.store = where.real;
      entry.status.key = {runner->context().spec->name, runner->context().shard};
      shards.push_back(std::move(entry));
    }
  try {
    for (auto& [key, tasks] : find_letters(shards, which, verb))
      for (const auto& runner : in.runners()) {
        const auto& c = runner->context();
        if (c.spec->name != key.projection || c.shard != key.shard)
          continue;
        settle_order order;
        order.verb = verb;
        order.dry_run = dry_run;
        order.by = (dry_run ? "dry run " : "operator ") + std::to_string(++orders_);
        order.tasks = std::move(tasks);
        give(*runner, *where.mutated, std::move(order), late);
      }
  } catch (const usage_error& problem) {
    world_.told.say(std::string{"an operator is told: "} + problem.what());
  }
}

void operators::give(shard_runner& to, const projection_store& where, settle_order order,
                     bool late) {
  const shard_key key{to.context().spec->name, to.context().shard};
  const auto& known = world_.history.of(where, key);
  auto shared = std::make_shared<settle_order>(std::move(order));
  world_.told.say(shared->by + ": " + to_string(shared->verb) + " " +
                  std::to_string(shared->tasks.size()) + " keys of " + to_string(key));
  shared->done = [this, &where, what = std::weak_ptr<const settle_order>{shared},
                  replayed = known.replayed,
                  discarded = known.discarded](const settle_report& report) {
    check(where, *what.lock(), report, replayed, discarded);
  };
  to.settle(std::move(shared), late);
}

void operators::check(const projection_store& where, const settle_order& order,
                      const settle_report& report, std::int64_t replayed_before,
                      std::int64_t discarded_before) {
  if (report.keys.size() != order.tasks.size() || report.dry_run != order.dry_run)
    world_.told.broken("G7: " + order.by + " got the answer to something else");
  if (order.dry_run || report.keys.empty())
    return;
  const auto& known = world_.history.of(where, report.keys.front().key);
  if (report.replayed() > known.replayed - replayed_before ||
      report.discarded() > known.discarded - discarded_before)
    world_.told.broken("G7: " + order.by + " was told of more than was done");
}

} // namespace waymark::sim
