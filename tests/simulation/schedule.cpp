#include "tests/simulation/schedule.hpp"

#include <algorithm>
#include <utility>

namespace waymark::sim {

namespace {

using namespace std::chrono_literals;

/// More steps than any run needs that comes to rest at all.
constexpr int patience = 30'000;

} // namespace

schedule::schedule(world& of)
    : world_{of}, people_{of}, events_wanted_{static_cast<std::size_t>(of.random.between(15, 60))} {
  world_.faults.interlude = [this] { interlude(); };
}

void schedule::make_trouble(int steps) {
  for (int i = 0; i < steps && !world_.told.problem(); ++i) {
    offer_work();
    offer_trouble();
    take_one();
  }
}

// -- what may happen ------------------------------------------------------------------------------

void schedule::offer(int weight, move what, std::size_t process, shard_runner* runner) {
  choices_.push_back({weight, what, process, runner});
  total_ += weight;
}

void schedule::offer_work() {
  for (std::size_t p = 0; p < world_.processes.size(); ++p) {
    const auto& process = world_.processes[p];
    if (!process || process->frozen)
      continue;
    if (process->next_renewal <= world_.time.now())
      offer(20, move::renew, p);
    if (process->may_reset())
      offer(20, move::reset, p);
    for (const auto& runner : process->runners()) {
      const auto can = runner->possible();
      if (can.run_job)
        offer(20, move::run_job, p, runner.get());
      if (can.reply)
        offer(20, move::reply, p, runner.get());
      if (can.fetch && (runner->fetching()->seen == 0 || runner->fetching()->after < world_.head()))
        offer(20, move::serve, p, runner.get());
      if (can.fire_timer)
        offer(20, move::fire_timer, p, runner.get());
      if (can.retry_letters)
        offer(20, move::retry_letters, p, runner.get());
      if (can.notice)
        offer(10, move::notice, p, runner.get());
      if (can.save)
        offer(5, move::save, p, runner.get());
      if (can.restart)
        offer(20, move::restart, p, runner.get());
    }
  }
}

void schedule::offer_trouble() {
  for (std::size_t p = 0; p < world_.processes.size(); ++p) {
    const auto& process = world_.processes[p];
    if (!process) {
      offer(8, move::start, p);
      continue;
    }
    if (process->frozen) {
      offer(5, move::thaw, p);
      continue;
    }
    offer(1, move::crash, p);
    offer(1, move::freeze, p);
    if (world_.random.one_in(3))
      offer(1, world_.random.one_in(2) ? move::restart_saver : move::restart_log, p);
    if (world_.random.one_in(4))
      offer(1, move::drain, p);
    for (const auto& runner : process->runners()) {
      const auto can = runner->possible();
      const bool replays = runner->may_replay();
      if (can.run_job || can.reply)
        offer(replays ? 10 : 1, move::lose_reply, p, runner.get());
      if (can.fetch)
        offer(1, move::fail_fetch, p, runner.get());
      if (runner->has_zombie())
        offer(5, move::zombie, p, runner.get());
      if (replays)
        offer_rival(*runner);
      if (runner->runs_handlers() && world_.random.one_in(3))
        offer(1, move::call_overdue, p, runner.get());
      offer(1, move::repeat, p, runner.get());
      offer(1, move::tick, p, runner.get());
      const auto state = runner->machine().state();
      if (runner->machine().set_aside().letters > 0)
        offer(8, move::settle_letters, p, runner.get());
      if (state == projection_state::stopped) {
        offer(3, move::discard, p, runner.get());
        offer(2, move::resume, p, runner.get());
      } else if (state == projection_state::paused || runner->machine().paused()) {
        offer(4, move::resume, p, runner.get());
      } else if (state == projection_state::standing_by && world_.random.one_in(2)) {
        offer(1, move::take_over, p, runner.get());
      } else if (world_.random.one_in(4)) {
        offer(1, world_.random.one_in(2) ? move::pause : move::begin_reset, p, runner.get());
      }
    }
  }
  if (world_.writer->unsettled() || world_.writer->acknowledged().size() < events_wanted_)
    offer(25, move::append);
  offer(20, move::wait_short);
  offer(2, move::wait_long);
  offer(1, move::fill_disk);
  offer(1, world_.code.broken || world_.code.away ? move::mend_code : move::break_code);
}

/// An operator gives the shard to another process. Two owners and a replay at once are seldom.
void schedule::offer_rival(const shard_runner& of) {
  for (std::size_t p = 0; p < world_.processes.size(); ++p) {
    const auto& process = world_.processes[p];
    if (!process || process->frozen)
      continue;
    for (const auto& runner : process->runners())
      if (runner.get() != &of && runner->context().shard == of.context().shard &&
          world_.plan_of(*runner) == world_.plan_of(of) &&
          runner->machine().state() == projection_state::standing_by)
        offer(20, move::take_over, p, runner.get());
  }
}

bool schedule::take_one() {
  if (choices_.empty())
    return false;
  auto number = world_.random.below(total_);
  const auto found = std::find_if(choices_.begin(), choices_.end(), [&](const choice& c) {
    number -= c.weight;
    return number < 0;
  });
  const auto it = *found;
  choices_.clear();
  total_ = 0;
  take(it);
  bury_dead();
  return true;
}

void schedule::bury_dead() {
  for (const auto number : world_.bury())
    if (bring_up_again_)
      world_.start_process(number, world_.newest_version);
}

void schedule::take(const choice& it) {
  auto& w = world_;
  w.told.saw("move", move_names[static_cast<std::size_t>(it.what)]);
  const auto& process = w.processes[it.process];
  switch (it.what) {
  case move::run_job:
    return it.runner->run_job();
  case move::reply:
    return it.runner->reply();
  case move::serve:
    return process->serve(*it.runner);
  case move::fire_timer:
    return it.runner->fire_timer();
  case move::retry_letters:
    return it.runner->retry_letters();
  case move::notice:
    return it.runner->deliver_notice();
  case move::save:
    return it.runner->save();
  case move::restart:
    return it.runner->restart();
  case move::renew:
    return process->renew();
  case move::reset:
    return process->reset();
  case move::lose_reply:
    return it.runner->lose_reply();
  case move::fail_fetch:
    return it.runner->fail_fetch();
  case move::repeat:
    return it.runner->repeat_something();
  case move::zombie:
    return it.runner->run_zombie();
  case move::tick:
    return it.runner->save_tick();
  case move::call_overdue:
    return it.runner->call_overdue();
  case move::restart_saver:
    return process->restart_saver();
  case move::restart_log:
    return process->restart_log();
  case move::pause:
    return it.runner->pause();
  case move::resume:
    return it.runner->resume();
  case move::discard:
    return w.discard(*process, *it.runner);
  case move::settle_letters:
    return people_.settle_something(*process, *it.runner);
  case move::take_over:
    return it.runner->take_over();
  case move::begin_reset:
    return process->begin_reset(w.plan_of(*it.runner));
  case move::crash:
    return w.crash(it.process);
  case move::freeze:
    w.told.say("p" + std::to_string(it.process) + " freezes");
    process->frozen = true;
    return;
  case move::thaw:
    w.told.say("p" + std::to_string(it.process) + " thaws");
    process->frozen = false;
    return;
  case move::start:
    return w.start_process(it.process, w.random.one_in(4)   ? 2
                                       : w.random.one_in(2) ? w.newest_version
                                                            : 1);
  case move::drain:
    if (process->drained())
      return w.crash(it.process);
    return process->drain();
  case move::append:
    return w.writer->append_something();
  case move::wait_short:
    return w.time.advance(std::chrono::milliseconds{w.random.between(1, 400)});
  case move::wait_long:
    w.told.say("a long time passes");
    return w.time.advance(std::chrono::milliseconds{w.random.between(3'000, 15'000)});
  case move::fill_disk:
    return w.faults.fill_disk(w.random.one_in(2) ? w.random.between(0, 60) : 0,
                              std::chrono::milliseconds{w.random.between(100, 5'000)});
  case move::break_code:
    (w.random.one_in(2) ? w.code.broken : w.code.away) = true;
    return;
  case move::mend_code:
    w.code.broken = w.code.away = false;
    return;
  }
}

/// While a job stands between two calls to a store, the job of another shard or process runs.
void schedule::interlude() {
  std::vector<shard_runner*> others;
  for (const auto& process : world_.processes) {
    if (!process || process->frozen || process->self().over)
      continue;
    const bool baton_taken =
        !process->self().attempts.empty() && world_.which != mutant::shares_baton;
    for (const auto& runner : process->runners())
      if (runner->possible().run_job && !(baton_taken && runner->needs_baton()))
        others.push_back(runner.get());
  }
  if (!others.empty())
    others[world_.random.index(others.size())]->run_job();
}

// -- the end --------------------------------------------------------------------------------------

void schedule::bring_all_up() {
  auto& w = world_;
  w.faults.heal();
  w.code.broken = w.code.away = false;
  w.told.say("all faults end");
  w.writer->settle();
  for (std::size_t p = 0; p < w.processes.size(); ++p) {
    auto& process = w.processes[p];
    if (process && (process->draining || process->version() < w.newest_version))
      w.crash(p);
    if (!process)
      w.start_process(p, w.newest_version);
    process->frozen = false;
    for (const auto& runner : process->runners())
      if (const auto& machine = runner->machine();
          (machine.paused() || machine.state() == projection_state::paused) && !runner->hold_kept())
        runner->resume();
  }
}

void schedule::settle() {
  bring_all_up();
  bring_up_again_ = true;
  for (int i = 0; i < patience && !world_.told.problem(); ++i) {
    offer_work();
    if (take_one() || operators_help())
      continue;
    if (at_rest())
      return;
    wait_for_next();
  }
  world_.told.broken("G7: it does not come to rest");
}

/// Whichever process has the shards in which so much is parked. As long as no time passes it is of
/// no use to ask again: a shard that stands by refuses.
bool schedule::make_room(std::size_t plan) {
  const auto now = world_.time.now();
  if (std::exchange(room_made_at_[plan], now) == now)
    return false;
  bool some = false;
  for (const auto& process : world_.processes)
    for (const auto& runner : process->runners())
      if (world_.plan_of(*runner) == plan && runner->context().shard == 0)
        some = people_.discard_all(*process, *runner) || some;
  return some;
}

bool schedule::operators_help() {
  for (const auto& process : world_.processes)
    for (const auto& runner : process->runners()) {
      const auto state = runner->machine().state();
      const bool full = runner->machine().reason().find(".park_limits") != std::string::npos;
      if (state == projection_state::paused && full) {
        if (make_room(world_.plan_of(*runner)))
          return true;
        continue; // it goes on by itself once there is room
      }
      // What failed tries again by itself, but does not pass more than one operator's word allows.
      if (state == projection_state::paused || state == projection_state::failed) {
        runner->resume();
        return true;
      }
      if (state != projection_state::stopped)
        continue;
      const bool try_again = world_.random.one_in(3);
      if (try_again)
        runner->resume();
      else
        world_.discard(*process, *runner);
      return true;
    }
  return false;
}

bool schedule::settled(std::size_t plan, int shard) {
  bool found = false;
  for (const auto& process : world_.processes)
    for (const auto& runner : process->runners()) {
      if (world_.plan_of(*runner) != plan || runner->context().shard != shard)
        continue;
      const auto& m = runner->machine();
      const bool done = m.state() == projection_state::running && m.passed() == world_.head();
      if (done && m.record().position < m.passed())
        runner->save_tick();
      if (world_.plans[plan].where == effect::memory && !done)
        return false;
      if (done && runner->retries_by_itself())
        return false;
      found = found || done;
    }
  return found;
}

bool schedule::at_rest() {
  for (std::size_t i = 0; i < world_.plans.size(); ++i) {
    const auto& spec = world_.specs[i][static_cast<std::size_t>(world_.newest_version - 1)];
    for (int shard = 0; shard < spec->shards; ++shard)
      if (!settled(i, shard))
        return false;
  }
  offer_work(); // the last positions are to be saved
  const bool rest = choices_.empty();
  choices_.clear();
  total_ = 0;
  return rest;
}

void schedule::wait_for_next() {
  std::optional<timestamp> due;
  for (const auto& process : world_.processes) {
    due = due ? std::min(*due, process->next_renewal) : process->next_renewal;
    for (const auto& runner : process->runners())
      if (const auto next = runner->next_due())
        due = std::min(*due, *next);
  }
  if (due && *due > world_.time.now())
    world_.time.advance(*due - world_.time.now());
  else
    world_.time.advance(1ms);
}

void schedule::drain() {
  for (const auto& process : world_.processes)
    process->drain();
  for (int i = 0; i < patience && !world_.told.problem(); ++i) {
    offer_work();
    if (take_one())
      continue;
    for (const auto& process : world_.processes)
      if (!process->drained())
        world_.told.broken("G8: a process that was told to stop waits for something");
    return;
  }
  world_.told.broken("G8: a drain does not end");
}

} // namespace waymark::sim
