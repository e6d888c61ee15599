#include "actors/projection_machine.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark {

using level = todo::note::level;

namespace {

constexpr std::size_t max_orders = 100;
constexpr std::chrono::milliseconds longest_put_off{60'000};

void add(settled_key& total, const settled_key& step) {
  total.replayed += step.replayed;
  total.discarded += step.discarded;
  total.unwanted += step.unwanted;
  total.untried += step.untried;
  total.remaining = step.remaining;
  if (step.failed)
    total.failed = step.failed;
  if (!step.refused.empty())
    total.refused = step.refused;
}

std::string events(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

std::string summary(const settle_order& order, const settle_report& report) {
  const auto failed = std::count_if(report.keys.begin(), report.keys.end(),
                                    [](const settled_key& k) { return k.failed.has_value(); });
  std::string text = order.by.empty() ? "" : "asked for by " + order.by + ": ";
  if (report.dry_run)
    text += "dry run: ";
  text += events(report.replayed()) + " handled again, " + std::to_string(report.discarded()) +
          " discarded, " + std::to_string(report.remaining()) + " still parked";
  if (failed > 0)
    text += "; " + std::to_string(failed) +
            (failed == 1 ? " key stopped at a failure" : " keys stopped at failures");
  return text;
}

/// What a status says while an order is carried out.
std::string describe_replay(const settle_order& order) {
  const auto keys = order.tasks.size();
  return (order.dry_run                        ? "trying out letters of "
          : order.verb == settle_verb::discard ? "discarding letters of "
                                               : "handling letters of ") +
         std::to_string(keys) + (keys == 1 ? " key" : " keys") +
         (order.dry_run || order.verb == settle_verb::discard ? "" : " again") +
         (order.by.empty() ? "" : ", asked for by " + order.by);
}

/// As `came_back` takes it.
apply_outcome failed_replay(const replay_outcome& replayed) {
  apply_outcome outcome;
  outcome.state = apply_outcome::status::faulted;
  outcome.who = replayed.key.failed ? fault::event : fault::store;
  outcome.error = replayed.key.failed ? replayed.key.failed->error : replayed.error;
  return outcome;
}

} // namespace

// -- orders ---------------------------------------------------------------------------------------

/// Why letters can't be settled as things are; empty if they can.
std::string projection_machine::refusal_to_settle() const {
  if (ended_ || draining_)
    return "is being stopped";
  if (holding_)
    return "is being reset";
  if (overdue_)
    return "has failed: " + *overdue_;
  if (paused_)
    return "is " + pause_reason_ + "; resume it first";
  switch (stand_) {
  case stand::none:
  case stand::backing_off:
  case stand::full:
    return {};
  case stand::standing_by:
    return "stands by: " + reason_ + "; ask the owner's process";
  case stand::degraded:
    return "is degraded: " + reason_;
  case stand::stopped:
    return "is " + reason_;
  case stand::failed:
    return "has failed: " + reason_ + "; mend it and resume it first";
  case stand::diverged:
    return "has diverged: " + reason_;
  }
  return {};
}

actions projection_machine::settle(settle_order_ptr order) {
  pending_order one;
  one.report.verb = order->verb;
  one.report.dry_run = order->dry_run;
  one.report.handlers_called = !order->dry_run || can_take_back(*spec_);
  for (const auto& task : order->tasks) {
    one.report.keys.emplace_back();
    one.report.keys.back().key = key_;
    one.report.keys.back().sequence_key = task.sequence_key;
  }
  one.order = std::move(order);
  orders_.push_back(std::move(one));
  actions out;
  auto why = refusal_to_settle();
  if (why.empty() && orders_.size() > max_orders)
    why = "has " + std::to_string(max_orders) +
          " such orders to carry out already; ask again later";
  if (!why.empty()) {
    for (auto& each : orders_.back().report.keys)
      each.refused = why;
    out.emplace_back(todo::settled{orders_.back().order, std::move(orders_.back().report)});
    orders_.pop_back();
    return out;
  }
  go_on(out);
  return out;
}

bool projection_machine::may_replay() const noexcept {
  // A commit clears the stored failure, which has to stay until its event has passed.
  const bool goes =
      stand_ == stand::none || stand_ == stand::backing_off || stand_ == stand::full;
  // The marker of a live event counts the ends in it, and one of a replay would take its place.
  const bool suspected = suspect_ && suspect_->position > passed_ && stand_ != stand::full;
  return !orders_.empty() && claimed_ && !paused_ && goes && !record_.failure && !suspected;
}

void projection_machine::replay_next(actions& out) {
  auto& first = orders_.front();
  if (first.task == first.order->tasks.size()) {
    end_order(out);
    return go_on(out);
  }
  if (!std::exchange(first.begun, true))
    first.rest = first.order->tasks[first.task];
  replay_turn_ = false;
  job_ = job::replay;
  if (stand_ == stand::none)
    reason_ = describe_replay(*first.order);
  out.emplace_back(todo::replay{first.order, first.rest});
}

actions projection_machine::on_replayed(const replay_outcome& outcome) {
  if (stand_ == stand::none)
    reason_.clear();
  if (!take_result())
    return next();
  actions out;
  take_replay(out, outcome);
  using status = replay_outcome::status;
  const bool failed = outcome.state == status::faulted || outcome.key.failed;
  if (overdue_ && failed && outcome.state != status::fenced) {
    auto rest = came_back(failed_replay(outcome));
    std::move(rest.begin(), rest.end(), std::back_inserter(out));
    return out;
  }
  if (outcome.state == status::fenced || outcome.state == status::faulted) {
    auto rest = outcome.state == status::fenced ? fenced() : end_for_store(outcome.error);
    std::move(rest.begin(), rest.end(), std::back_inserter(out));
    return out;
  }
  if (overdue_)
    note(out, level::warning, "came_back", "the handler has come back, and its event is replayed");
  overdue_.reset();
  if (!orders_.empty() && orders_.front().task == orders_.front().order->tasks.size())
    end_order(out);
  go_on(out);
  return out;
}

/// What is counted is committed, even if the step then came to an end by a fault.
void projection_machine::take_replay(actions& out, const replay_outcome& outcome) {
  if (!orders_.empty()) {
    auto& first = orders_.front();
    add(first.report.keys[first.task], outcome.key);
    first.rest = outcome.rest;
    if (outcome.state == replay_outcome::status::ended) {
      ++first.task;
      first.begun = false;
    }
  }
  if (orders_.empty() || orders_.front().order->dry_run ||
      outcome.state == replay_outcome::status::fenced ||
      outcome.state == replay_outcome::status::faulted)
    return;
  set_aside_.letters += outcome.letters;
  take_queue_length(outcome.key);
  if (outcome.handled > 0) {
    if (record_.events_processed < record_.careful_until)
      record_.careful_until += outcome.handled;
    record_.events_processed += outcome.handled;
    record_.last_event_id = outcome.last_event_id;
    record_.last_event_type = outcome.last_event_type;
    record_.last_event_at = outcome.last_event_at;
    record_.last_processed_at = options_.time->now();
  }
  if (outcome.new_letter)
    out.emplace_back(todo::announce_letter{*outcome.new_letter});
  if (outcome.key.failed) {
    const auto& f = *outcome.key.failed;
    last_error_ = f.error;
    note(out, level::warning, "retry_letter",
         f.event_type + " " + f.event_id.to_string() + " at position " +
             std::to_string(f.position) + " failed again: " + f.error + "; " +
             events(outcome.key.remaining) + " still parked");
    if (outcome.key.remaining > 0 && outcome.next_round)
      plan_retry(out, outcome.key.sequence_key, *outcome.next_round);
  }
  if (stand_ == stand::full && !options_.lot->full())
    stand_still(stand::none, {});
}

void projection_machine::end_order(actions& out) {
  auto first = std::move(orders_.front());
  orders_.pop_front();
  note(out, level::info, first.order->verb == settle_verb::retry ? "retry" : "discard",
       summary(*first.order, first.report));
  out.emplace_back(todo::settled{std::move(first.order), std::move(first.report)});
}

/// What is left of a key that an order has begun with: no letter may stand before it any more, so
/// nobody would find it. Nobody waits for it either.
std::optional<projection_machine::pending_order>
projection_machine::rest_of(const pending_order& begun) const {
  if (!begun.begun || begun.order->dry_run || begun.task == begun.report.keys.size())
    return std::nullopt;
  const auto& key = begun.report.keys[begun.task];
  if (key.replayed + key.discarded + key.unwanted == 0 || key.remaining == 0)
    return std::nullopt;
  auto order = std::make_shared<settle_order>(*begun.order);
  order->done = nullptr;
  order->tasks = {begun.rest};
  pending_order rest;
  rest.report.verb = order->verb;
  rest.report.keys.emplace_back();
  rest.report.keys.back().key = key_;
  rest.report.keys.back().sequence_key = begun.rest.sequence_key;
  rest.order = std::move(order);
  return rest;
}

/// Those that nobody waits for stay unless `all`: they are taken up again when it goes on.
void projection_machine::abandon_orders(actions& out, const std::string& why, bool all) {
  std::deque<pending_order> kept;
  for (auto& each : std::exchange(orders_, {})) {
    if (!all && !each.order->done) {
      kept.push_back(std::move(each));
      continue;
    }
    auto rest = all ? std::nullopt : rest_of(each);
    for (auto i = each.task; i < each.report.keys.size(); ++i)
      each.report.keys[i].refused = why;
    if (rest) {
      if (!holding_)
        each.report.keys[each.task].refused += "; the rest of the key follows when it goes on";
      kept.push_back(*std::move(rest));
    }
    out.emplace_back(todo::settled{std::move(each.order), std::move(each.report)});
  }
  orders_ = std::move(kept);
}

void projection_machine::replay_unfinished(actions& out, claim_report& report) {
  if (auto& letter = report.left_to_a_person) {
    note(out, level::warning, "retry_letter",
         describe(letter->subject) + " was handled again, and " + letter->error +
             "; nobody but a person tries it again");
    out.emplace_back(todo::announce_letter{*std::move(letter)});
  }
  if (!report.unfinished.empty()) {
    auto order = std::make_shared<settle_order>();
    order->by = "waymark";
    order->by_itself = true;
    order->tasks = std::move(report.unfinished);
    note(out, level::info, "retry",
         std::to_string(order->tasks.size()) + " parked keys are retried" +
             (report.of_new_version ? " with the new version" : ": their replay was not finished"));
    pending_order one;
    for (const auto& task : order->tasks) {
      one.report.keys.emplace_back();
      one.report.keys.back().key = key_;
      one.report.keys.back().sequence_key = task.sequence_key;
    }
    one.order = std::move(order);
    orders_.push_back(std::move(one));
  }
  for (const auto& [key, next] : report.next_rounds)
    plan_retry(out, key, next.round, next.tried_at);
}

/// A later plan for a key takes the place of an earlier one.
/// Its delay counts from the last attempt, so that a process that is restarted often comes to it.
void projection_machine::plan_retry(actions& out, const std::string& sequence_key, int round,
                                    std::optional<timestamp> tried_at) {
  planned_[sequence_key] = {++letters_token_, round};
  due_.emplace(letters_token_, sequence_key);
  auto delay = next_delay(spec_->retry_letters.backoff, round, options_.random());
  if (tried_at) {
    const auto due = *tried_at + delay - options_.time->now();
    delay = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(due),
                       std::chrono::milliseconds{0}, delay);
  }
  out.emplace_back(todo::retry_letters{delay, letters_token_});
}

/// A round that is due and can't be tried now is looked at again soon.
void projection_machine::put_off(actions& out, const std::string& sequence_key, int round) {
  planned_[sequence_key] = {++letters_token_, round};
  due_.emplace(letters_token_, sequence_key);
  const auto delay = next_delay(spec_->retry_letters.backoff, round, options_.random());
  out.emplace_back(todo::retry_letters{std::min(delay, longest_put_off), letters_token_});
}

actions projection_machine::on_letters_due(std::uint64_t token) {
  const auto due = due_.find(token);
  if (due == due_.end() || ended_ || !claimed_)
    return {};
  const auto key = std::move(due->second);
  due_.erase(due);
  const auto planned = planned_.find(key);
  if (planned == planned_.end() || planned->second.token != token)
    return {};
  const auto round = planned->second.round;
  planned_.erase(planned);
  if (!refusal_to_settle().empty() || orders_.size() >= max_orders) {
    actions later;
    put_off(later, key, round); // it has not been tried
    return later;
  }
  auto order = std::make_shared<settle_order>();
  order->by_itself = true;
  order->by = "waymark, round " + std::to_string(round) + " of " +
              std::to_string(spec_->retry_letters.rounds);
  order->round = round;
  order->tasks.push_back({key, {}, true});
  return settle(std::move(order));
}

// -- what is parked -------------------------------------------------------------------------------

void projection_machine::add_parked(const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    const auto before = parked_->events(key);
    parked_->set(key, before + 1);
    set_aside_.parked_keys += before == 0 ? 1 : 0;
    ++set_aside_.parked_events;
  }
  if (!keys.empty())
    options_.lot->set(key_.shard, set_aside_.parked_events);
}

void projection_machine::take_queue_length(const settled_key& of) {
  const auto before = parked_->events(of.sequence_key);
  if (before == 0)
    return;
  set_aside_.parked_events += of.remaining - before;
  parked_->set(of.sequence_key, of.remaining);
  options_.lot->set(key_.shard, set_aside_.parked_events);
  if (of.remaining > 0)
    return;
  planned_.erase(of.sequence_key);
  --set_aside_.parked_keys;
}

void projection_machine::stand_full(actions& out, const std::string& why) {
  attempts_.clear();
  stand_still(stand::full, why);
  note(out, level::error, "full", why);
  const bool for_good = options_.failed_retry.count() == 0;
  full_until_ = for_good ? timestamp::max() : options_.time->now() + options_.failed_retry;
  if (spec_->shards > 1 && options_.lot->full())
    wait(out, for_good ? options_.room_poll : std::min(options_.room_poll, options_.failed_retry));
  else if (spec_->where != effect::memory)
    wait_after_failure(out); // what is parked may have been settled, or reset, elsewhere
}

/// Another shard may have made some.
actions projection_machine::look_for_room() {
  if (spec_->shards == 1 || options_.time->now() >= full_until_)
    return try_again();
  actions out;
  if (options_.lot->full()) {
    wait(out, options_.room_poll);
    return out;
  }
  stand_still(stand::none, {});
  go_on(out);
  return out;
}

} // namespace waymark
