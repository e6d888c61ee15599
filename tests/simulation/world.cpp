#include "tests/simulation/world.hpp"

#include "actors/claim.hpp"
#include "persistence/memory/memory_event_store.hpp"
#include "persistence/memory/memory_projection_store.hpp"
#include "tests/simulation/faulty_event_store.hpp"
#include "tests/simulation/faulty_projection_store.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <algorithm>

namespace waymark::sim {

namespace {

constexpr std::chrono::milliseconds renewal{2'500};

} // namespace

// -- process --------------------------------------------------------------------------------------

process::process(world& in, int number, int life, int version)
    : in_{in}, number_{number}, version_{version}, owner_{"simulated-" + std::to_string(number) +
                                                          "." + std::to_string(life)},
      self_{in.dead.born(owner_)} {
  own_ = in.make_shelf(make_memory_projection_store(in.time));
  next_renewal = in.time.now() + renewal;
  std::map<std::string, spec_ptr> all;
  for (std::size_t i = 0; i < in.plans.size(); ++i) {
    const auto& spec = in.specs[i][static_cast<std::size_t>(version - 1)];
    all[spec->name] = spec;
    const auto lot =
        std::make_shared<parking_lot>(spec->parking.per_projection, spec->shards, in.time);
    for (int shard = 0; shard < spec->shards; ++shard) {
      projection_context context;
      context.spec = spec;
      context.shard = shard;
      context.store = in.shelf_for(in.plans[i], this).shown;
      context.log = in.log;
      context.owner = owner_;
      context.time = &in.time;
      if (spec->where == effect::memory) {
        context.state = std::make_shared<memory_state>();
        context.state->object = spec->make_state();
      }
      runners_.push_back(std::make_unique<shard_runner>(in.on, self_, context,
                                                        "p" + std::to_string(number) + "." +
                                                            std::to_string(life) + " " +
                                                            to_string(shard_key{spec->name, shard}),
                                                        lot));
    }
  }
  wants_ = join_wants(all);
  restart_log();
}

void process::serve(shard_runner& to) {
  const auto after = to.fetching()->after;
  auto found = pages_->find(after);
  if (!found) {
    read_limit limit;
    limit.max_events = static_cast<std::size_t>(in_.random.between(1, 15));
    limit.max_scanned = static_cast<std::size_t>(in_.random.between(2, 40));
    try {
      auto fresh = in_.log->read_all(after, limit, wants_->filter);
      fresh.log_incarnation = incarnation_;
      found = std::make_shared<const page>(std::move(fresh));
    } catch (const store_error&) {
      return to.fail_fetch();
    }
    decode_wanted(found->events, *wants_);
    if (found->scanned_to > after)
      pages_->add(found);
  }
  to.answer_fetch(found);
}

void process::renew() {
  next_renewal = in_.time.now() + renewal;
  for (const auto* where : {&in_.tables, &in_.memory, &own_})
    try {
      const auto owned = where->shown->renew(owner_);
      for (const auto& runner : runners_)
        if (owned && runner->context().store == where->shown)
          runner->compare_claim(*owned);
    } catch (const store_error&) {
      // the projections of this store notice it themselves
    }
}

void process::restart_saver() {
  in_.told.say("p" + std::to_string(number_) + " loses its checkpoint actor");
  for (const auto& runner : runners_)
    runner->restart_saver();
}

void process::restart_log() {
  ++incarnation_;
  pages_ = std::make_unique<page_cache>(3'000);
}

void process::drain() {
  draining = true;
  for (const auto& runner : runners_)
    runner->drain();
}

bool process::drained() const {
  return std::all_of(runners_.begin(), runners_.end(),
                     [](const auto& runner) { return runner->drained(); });
}

void process::begin_reset(std::size_t plan) {
  if (resetting_ || draining)
    return;
  resetting_ = plan;
  for (const auto& runner : runners_)
    if (in_.plan_of(*runner) == plan)
      runner->hold();
}

bool process::may_reset() const {
  return resetting_ && std::all_of(runners_.begin(), runners_.end(), [&](const auto& runner) {
           return in_.plan_of(*runner) != *resetting_ || runner->hold_kept();
         });
}

void process::reset() {
  const auto plan = *resetting_;
  resetting_.reset();
  for (const auto& runner : runners_) {
    if (in_.plan_of(*runner) != plan)
      continue;
    if (runner->context().shard == 0) {
      const auto& c = runner->context();
      try {
        c.store->reset(request_of({c.spec, 0, c.store, c.log, c.state, c.owner, c.owner_timeout}),
                       c.spec->truncate);
        in_.told.say(runner->label() + " was reset");
      } catch (const error& problem) { // of the store, or there are no tables yet
        in_.told.say(runner->label() + " was not reset: " + problem.what());
      }
    }
  }
  for (const auto& runner : runners_)
    if (in_.plan_of(*runner) == plan && !runner->drained())
      runner->begin_again();
}

// -- world ----------------------------------------------------------------------------------------

world::world(std::uint64_t seed, mutant broken) : random{seed}, which{broken} {
  witness_of_processes = &dead;
  dead.on_one_host = !random.one_in(8);
  code.spot = &spot;
  code.kill = [this](const projection_plan& plan, position_t at, doing how) {
    kill(plan, at, how);
  };
  real_log = std::make_shared<memory_event_store>(time);
  log = std::make_shared<faulty_event_store>(mutate(which, real_log, random), faults);
  tables = make_shelf(open("memory:", {.clock = &time}).projections);
  book.durable = tables.mutated.get();
  memory = make_shelf(make_memory_projection_store(time));
  static constexpr int poison[] = {0, 30, 100, 250};
  static constexpr int deadly[] = {0, 0, 0, 40};
  writer = std::make_unique<producer>(random, told, log, random.pick(poison), random.pick(deadly));
  history.log = writer.get();
  for (int n = random.between(1, 3), i = 0; i < n; ++i) {
    plans.push_back(make_plan(random, i));
    specs.push_back({make_spec(plans.back(), 1, code), make_spec(plans.back(), 2, code)});
  }
  static constexpr int rates[] = {0, 5, 15, 40};
  faults.set_rate(random.pick(rates));
  faults.set_kill_rate(random.one_in(4) ? 3 : 0);
  processes.resize(static_cast<std::size_t>(random.between(1, 3)));
  lives.resize(processes.size());
  for (std::size_t i = 0; i < processes.size(); ++i)
    start_process(i, 1);
}

shelf world::make_shelf(std::shared_ptr<projection_store> real) {
  shelf result;
  result.real = real;
  result.mutated = mutate(which, std::move(real), random);
  result.shown = make_faulty(result.mutated, faults, book);
  kept_.push_back(result.mutated);
  return result;
}

const shelf& world::shelf_for(const projection_plan& plan, const process* of) const {
  if (plan.where == effect::memory)
    return of->own_shelf();
  return plan.where == effect::outside && plan.own_memory_store ? memory : tables;
}

void world::start_process(std::size_t number, int version) {
  newest_version = std::max(newest_version, version);
  const auto life = ++lives[number];
  told.say("p" + std::to_string(number) + "." + std::to_string(life) + " comes up, version " +
           std::to_string(version));
  processes[number] = std::make_unique<process>(*this, static_cast<int>(number), life, version);
}

void world::crash(std::size_t number) {
  told.say("p" + std::to_string(number) + " goes down");
  dead.dies(processes[number]->self());
  processes[number].reset();
}

std::vector<std::size_t> world::bury() {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < processes.size(); ++i)
    if (processes[i] && processes[i]->self().over) {
      processes[i].reset();
      numbers.push_back(i);
    }
  return numbers;
}

void world::kill(const projection_plan& plan, position_t at, doing how) {
  if (how == doing::gorges) {
    const std::chrono::milliseconds while_it_lasts{random.between(1'500, 4'000)};
    time.advance(while_it_lasts);
    auto& attempts = spot.process->attempts;
    const bool marked = std::any_of(attempts.begin(), attempts.end(),
                                    [&](const auto& each) { return each.depth == spot.depth; });
    for (auto& each : attempts)
      if (marked) // whatever else is under way with a marker comes to a crawl too
        each.ran += while_it_lasts;
  }
  told.say("  " + spot.process->owner + " ends in position " + std::to_string(at) + " of " +
           to_string(spot.key) + ", which " + to_string(how));
  markers.killed({tables.mutated.get(), spot.key}, at, plan.max_crashes, spot.replays);
  dead.dies(*spot.process, how == doing::crashes ? "SIGSEGV" : "", spot.depth);
  throw process_died{};
}

world::~world() {
  witness_of_processes = nullptr;
}

void world::discard(process& of, shard_runner& runner) {
  if (runner.machine().state() != projection_state::stopped)
    return;
  const auto& plan = plans[plan_of(runner)];
  const auto record =
      shelf_for(plan, &of).real->load({runner.context().spec->name, runner.context().shard});
  if (!record || !record->failure)
    return; // another owner has it, or it was reset meanwhile
  history.discarded_by_word.insert({plan.name, record->failure->position});
  runner.discard();
}

std::size_t world::plan_of(const shard_runner& runner) const {
  for (std::size_t i = 0; i < plans.size(); ++i)
    if (plans[i].name == runner.context().spec->name)
      return i;
  return plans.size();
}

} // namespace waymark::sim
