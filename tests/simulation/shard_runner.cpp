#include "tests/simulation/shard_runner.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <type_traits>

namespace waymark::sim {

namespace {

const char* name_of(const action& what) {
  static constexpr const char* names[] = {
      "claim",         "fetch",           "apply",        "give_up",     "replay",     "look",
      "settled",       "retry_letters",   "keep_failure", "save_passed", "save_later", "release",
      "wake",          "announce_letter", "note",         "held",        "end"};
  return names[what.index()];
}

} // namespace

shard_runner::shard_runner(stage& on, life& of, projection_context context, std::string label,
                           std::shared_ptr<parking_lot> lot)
    : on_{on}, self_{of}, context_{std::move(context)}, label_{std::move(label)},
      lot_{std::move(lot)}, saver_{on, context_} {
  begin_machine();
}

void shard_runner::begin_machine() {
  machine_options options;
  options.failed_retry = std::chrono::seconds{5};
  options.time = &on_.time;
  options.lot = lot_;
  options.random = [this] { return on_.random.unit(); };
  machine_ = std::make_unique<projection_machine>(context_.spec, context_.shard, options);
  if (paused_)
    tell("starts paused", machine_->pause({.why = "in a simulation"}));
  tell("starts", machine_->start());
  if (draining_)
    tell("drains", machine_->drain());
}

void shard_runner::clear_work() {
  wanted_.reset();
  made_ = nullptr;
  result_.reset();
  fetch_.reset();
  timers_.clear();
  letter_timers_.clear();
  notices_.clear();
  last_fetch_.reset();
  last_timer_.reset();
}

// -- what the machine wants -----------------------------------------------------------------------

void shard_runner::tell(const char* what, actions todo) {
  std::string line = label_ + ' ' + what + ':';
  for (const auto& each : todo)
    if (!std::holds_alternative<todo::note>(each))
      line += std::string{" "} + name_of(each);
  line += " (" + std::string{to_string(machine_->state())} + ", passed " +
          std::to_string(machine_->passed()) + ')';
  if (machine_->state() == projection_state::failed)
    line += " because " + machine_->reason();
  on_.told.say(std::move(line));
  carry_out(todo);
  require_no_silence();
}

void shard_runner::carry_out(const actions& todo) {
  for (const auto& what : todo) {
    on_.told.saw("todo", name_of(what));
    std::visit([&](const auto& one) { carry_out(one, what); }, what);
  }
}

void shard_runner::carry_out(const todo::fetch& what, const action&) {
  if (fetch_ && fetch_->token == what.token)
    on_.told.broken("G6: " + label_ + " asks for the same page twice");
  fetch_ = what;
}

void shard_runner::carry_out(const todo::wake& what, const action&) {
  if (on_.which == mutant::forgets_timers && on_.random.one_in(20))
    return;
  timers_.push_back({on_.time.now() + what.delay, what.token});
}

void shard_runner::carry_out(const todo::save_later& what, const action&) {
  saver_.take(machine_->record().epoch, machine_->record().position, what.advance);
}

void shard_runner::carry_out(const todo::retry_letters& what, const action&) {
  letter_timers_.push_back({on_.time.now() + what.delay, what.token});
}

void shard_runner::carry_out(const todo::settled& what, const action&) {
  if (on_.which == mutant::loses_answer && on_.random.one_in(3))
    return;
  if (std::erase(orders_, what.order) == 0 && what.order->done)
    on_.told.broken("G7: " + label_ + " answers " + what.order->by + ", which nobody waits for");
  if (what.order->done)
    what.order->done(what.report);
}

void shard_runner::carry_out(const todo::note& what, const action&) {
  if (what.what == "start")
    claim_ = ++on_.last_claim;
}

void shard_runner::carry_out(const todo::end& what, const action&) {
  clear_work();
  if (waits_for_answers())
    on_.told.broken("G7: " + label_ + " ends, and has not answered " + orders_.front()->by);
  hold_kept_ = true;
  if (what.why == todo::end::reason::normal)
    drained_ = true;
  else
    restart_at_ = on_.time.now() + std::chrono::milliseconds{on_.random.between(1, 500)};
}

/// The jobs: claim, apply, give_up, replay, look, keep_failure, save_passed, release.
template <class Job>
void shard_runner::carry_out(const Job&, const action& what) {
  if (wanted_ || result_)
    on_.told.broken("G6: " + label_ + " wants " + name_of(what) + " while a job is under way");
  wanted_ = what;
  handles_ = std::is_same_v<Job, todo::apply> || std::is_same_v<Job, todo::replay>;
  const bool waits_for_saves = context_.spec->where == effect::outside &&
                               !std::is_same_v<Job, todo::claim> &&
                               !(std::is_same_v<Job, todo::apply> && machine_->parked()->empty());
  made_ = waits_for_saves ? job{} : make_job(context_, *machine_, what);
}

void shard_runner::require_no_silence() {
  const auto state = machine_->state();
  on_.told.saw("state", to_string(state));
  using is = projection_state;
  const bool waits_for_others = state == is::paused || machine_->paused() || state == is::stopped ||
                                state == is::diverged || drained_ || restart_at_;
  if (!waits_for_others && !wanted_ && !result_ && !fetch_ && timers_.empty())
    on_.told.broken("G7: " + label_ + " is " + to_string(state) + " and waits for nothing");
  const bool explains_itself =
      state == is::running || state == is::starting || state == is::draining || state == is::ended;
  if (!explains_itself && machine_->reason().empty())
    on_.told.broken("G7: " + label_ + " is " + to_string(state) + " without a reason");
}

// -- steps ----------------------------------------------------------------------------------------

shard_runner::chances shard_runner::possible() const {
  chances c;
  if (drained_ || busy_)
    return c;
  if (restart_at_) {
    c.restart = *restart_at_ <= on_.time.now();
    return c;
  }
  c.run_job = wanted_.has_value();
  c.reply = result_.has_value();
  c.fetch = fetch_.has_value();
  c.fire_timer = std::any_of(timers_.begin(), timers_.end(),
                             [&](const timer& t) { return t.due <= on_.time.now(); });
  c.retry_letters = std::any_of(letter_timers_.begin(), letter_timers_.end(),
                                [&](const timer& t) { return t.due <= on_.time.now(); });
  c.notice = !notices_.empty();
  c.save = saver_.has_work();
  return c;
}

std::optional<timestamp> shard_runner::next_due() const {
  if (drained_)
    return std::nullopt;
  auto due = restart_at_;
  for (const auto& t : timers_)
    due = due ? std::min(*due, t.due) : t.due;
  for (const auto& t : letter_timers_)
    due = due ? std::min(*due, t.due) : t.due;
  return due;
}

void shard_runner::run_job() {
  if (!made_) {
    busy_ = true;
    const bool flushed = flush();
    busy_ = false;
    if (!flushed) {
      wanted_.reset();
      return tell("can't save first", machine_->on_job_lost("the checkpoint could not be saved"));
    }
    made_ = make_job(context_, *machine_, *wanted_);
  }
  on_.told.say(label_ + " runs " + name_of(*wanted_));
  const bool replays = std::holds_alternative<todo::replay>(*wanted_);
  wanted_.reset();
  const auto next = std::exchange(made_, nullptr);
  result_ = job_result{}; // others that run in between must see that it is under way
  auto result = work(next, replays, true);
  result_ = std::move(result);
}

job_result shard_runner::work(const job& what, bool replays, bool waited_for) {
  const auto before = on_.spot;
  on_.spot = {&self_,
              {context_.spec->name, context_.shard},
              waited_for ? claim_ : 0,
              replays,
              before.process ? before.depth + 1 : 0};
  auto result = what();
  on_.spot = before;
  return result;
}

bool shard_runner::needs_baton() const {
  return wanted_ && (machine_->careful() || std::holds_alternative<todo::replay>(*wanted_));
}

bool shard_runner::may_replay() const noexcept {
  const bool now = wanted_ && std::holds_alternative<todo::replay>(*wanted_);
  return now || std::any_of(zombies_.begin(), zombies_.end(),
                            [](const auto& each) { return each.second; });
}

void shard_runner::reply() {
  const auto result = std::move(*result_);
  result_.reset();
  tell("reply", result(*machine_));
}

void shard_runner::lose_reply() {
  if (wanted_ && made_)
    zombies_.emplace_back(std::move(made_), std::holds_alternative<todo::replay>(*wanted_));
  wanted_.reset();
  made_ = nullptr;
  result_.reset();
  tell("job lost", machine_->on_job_lost("its session ended"));
}

void shard_runner::run_zombie() {
  const auto [late, replays] = std::move(zombies_.back());
  zombies_.pop_back();
  on_.told.say(label_ + " runs a job that was given up");
  busy_ = true; // it may hold what this runner's own job would wait for
  const auto result = work(late, replays, false);
  busy_ = false;
  if (on_.which == mutant::trusts_zombies && !restart_at_ && !drained_)
    tell("late reply", result(*machine_));
}

void shard_runner::answer_fetch(page_ptr events) {
  last_fetch_ = std::move(fetch_);
  fetch_.reset();
  last_page_ = std::move(events);
  tell("page", machine_->on_page(last_page_, last_fetch_->token));
}

void shard_runner::fail_fetch() {
  const auto token = fetch_->token;
  fetch_.reset();
  tell("no page", machine_->on_fetch_failed("the log is away", token));
}

void shard_runner::fire_timer() {
  const auto due = std::min_element(timers_.begin(), timers_.end(),
                                    [](const timer& a, const timer& b) { return a.due < b.due; });
  const auto token = due->token;
  timers_.erase(due);
  last_timer_ = token;
  tell("timer", machine_->on_timer(token));
}

void shard_runner::retry_letters() {
  const auto due = std::min_element(letter_timers_.begin(), letter_timers_.end(),
                                    [](const timer& a, const timer& b) { return a.due < b.due; });
  const auto token = due->token;
  letter_timers_.erase(due);
  tell("retries letters", machine_->on_letters_due(token));
}

void shard_runner::deliver_notice() {
  const auto call = std::move(notices_.front());
  notices_.erase(notices_.begin());
  tell("notice", call(*machine_));
}

void shard_runner::compare_claim(const std::vector<ownership>& owned) {
  const shard_key key{context_.spec->name, context_.shard};
  const auto epoch = machine_->record().epoch;
  const bool mine = std::any_of(owned.begin(), owned.end(), [&](const ownership& each) {
    return each.key == key && each.epoch == epoch;
  });
  if (mine || !machine_->claimed())
    return;
  notices_.push_back([epoch](projection_machine& m) {
    return epoch == m.record().epoch ? m.on_fenced() : actions{};
  });
}

void shard_runner::save_tick() {
  tell("tick", machine_->on_save_tick());
}

void shard_runner::restart() {
  restart_at_.reset();
  clear_work();
  begin_machine();
}

void shard_runner::repeat_something() {
  if (drained_ || restart_at_)
    return;
  if (last_notice_ && on_.random.one_in(2))
    return tell("notice again", last_notice_(*machine_));
  if (last_timer_ && on_.random.one_in(2))
    return tell("timer again", machine_->on_timer(*last_timer_));
  if (last_fetch_ && on_.random.one_in(2))
    return tell("page again", machine_->on_page(last_page_, last_fetch_->token));
  if (last_fetch_)
    tell("no page, too late", machine_->on_fetch_failed("too late", last_fetch_->token));
}

// -- at least once: saving positions --------------------------------------------------------------

void shard_runner::save() {
  last_notice_ = saver_.save();
  notices_.push_back(last_notice_);
}

bool shard_runner::flush() {
  const auto notice = saver_.flush(machine_->record().epoch);
  if (notice)
    carry_out((*notice)(*machine_));
  return notice.has_value();
}

void shard_runner::restart_saver() {
  saver_.restart();
}

void shard_runner::call_overdue() {
  tell("overdue", machine_->on_overdue("its handler has not come back"));
}

// -- operators ------------------------------------------------------------------------------------

void shard_runner::pause() {
  paused_ = true;
  if (!restart_at_)
    tell("pause", machine_->pause({.why = "in a simulation"}));
}

void shard_runner::resume() {
  on_.markers.forgive(context_.spec->name);
  paused_ = false;
  if (!restart_at_)
    tell("resume", machine_->resume());
}

void shard_runner::take_over() {
  if (!restart_at_)
    tell("take over", machine_->take_over());
}

void shard_runner::settle(settle_order_ptr order, bool late) {
  if (drained_ || restart_at_)
    return; // its actor is down, which the operator is told
  on_.markers.forgive(context_.spec->name);
  if (late)
    return notices_.push_back([this, order](projection_machine& m) {
      orders_.push_back(order);
      return m.settle(order);
    });
  orders_.push_back(order);
  tell("settle", machine_->settle(std::move(order)));
}

void shard_runner::discard() {
  tell("discard", machine_->discard(machine_->stopped_before().value_or(0)));
}

void shard_runner::hold() {
  hold_kept_ = restart_at_.has_value();
  if (!restart_at_)
    tell("hold", machine_->hold());
}

void shard_runner::begin_again() {
  hold_kept_ = false;
  paused_ = false;
  if (!restart_at_)
    tell("begin again", machine_->begin_again());
}

void shard_runner::drain() {
  draining_ = true;
  if (restart_at_)
    drained_ = true; // its supervisor does not start it again
  else
    tell("drain", machine_->drain());
}

} // namespace waymark::sim
