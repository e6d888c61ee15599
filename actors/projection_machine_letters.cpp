#include "actors/projection_machine.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

using level = todo::note::level;

namespace {

/// As `came_back` takes it.
apply_outcome failed_replay(const replay_outcome& replayed) {
  apply_outcome outcome;
  outcome.state = apply_outcome::status::faulted;
  outcome.who = replayed.key.failed ? fault::event : fault::store;
  outcome.error = replayed.key.failed ? replayed.key.failed->error : replayed.error;
  return outcome;
}

} // namespace

actions projection_machine::settle(settle_order_ptr order) {
  auto why = standing_.refusal_to_settle();
  if (why.empty() && orders_.full())
    why = "has " + std::to_string(letter_orders::most) +
          " such orders to carry out already; ask again later";
  if (!why.empty())
    return {orders_.refuse(std::move(order), why)};
  orders_.add(std::move(order));
  return next();
}

bool projection_machine::may_replay() {
  // A commit clears the stored failure, which has to stay until its event has passed.
  const bool full = standing_.how == stand::full;
  const bool goes = standing_.goes_on() || standing_.how == stand::backing_off || full;
  const bool may = claimed_ && goes && !standing_.paused && !record_.failure;
  // The marker of a live event counts the ends in it, and one of a replay would take its place. So
  // letters wait until it has passed; where it can't, without room, a person's are tried unmarked.
  if (may && suspect_.is_behind(passed_))
    return full && orders_.put_persons_first();
  return may && !orders_.empty();
}

void projection_machine::replay_next(actions& out) {
  if (orders_.first_done()) {
    end_order(out);
    return go_on(out);
  }
  replay_turn_ = false;
  job_ = job::replay;
  auto [order, task] = orders_.next_step();
  if (standing_.goes_on())
    standing_.why = describe(*order);
  out.emplace_back(
      todo::replay{std::move(order), std::move(task), !suspect_.is_behind(passed_)});
}

actions projection_machine::on_replayed(const replay_outcome& outcome) {
  if (standing_.goes_on())
    standing_.why.clear();
  if (!take_result())
    return next();
  actions out;
  take_replay(out, outcome);
  using status = replay_outcome::status;
  const bool failed = outcome.state == status::faulted || outcome.key.failed;
  if (standing_.overdue && failed && outcome.state != status::fenced) {
    add(out, came_back(failed_replay(outcome)));
    return out;
  }
  if (outcome.state == status::fenced || outcome.state == status::faulted) {
    add(out, outcome.state == status::fenced ? fenced() : end_for_store(outcome.error));
    return out;
  }
  if (standing_.overdue)
    note(out, level::warning, "came_back", "the handler has come back, and its event is replayed");
  standing_.overdue.reset();
  if (orders_.first_done())
    end_order(out);
  go_on(out);
  return out;
}

/// What is counted is committed, even if the step then came to an end by a fault.
void projection_machine::take_replay(actions& out, const replay_outcome& outcome) {
  const auto order = orders_.take(outcome);
  if (!order || order->dry_run || outcome.state == replay_outcome::status::fenced ||
      outcome.state == replay_outcome::status::faulted)
    return;
  aside_.add_letters(outcome.letters);
  if (aside_.settle(outcome.key.sequence_key, outcome.key.remaining))
    schedule_.forget(outcome.key.sequence_key);
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
    last_error_ = outcome.key.failed->error;
    note(out, level::warning, "retry_letter", describe_failure(outcome.key));
    if (outcome.key.remaining > 0 && outcome.next_round)
      plan_retry(out, outcome.key.sequence_key, {*outcome.next_round});
  }
  if (standing_.how == stand::full && !aside_.full())
    standing_.go_on();
}

void projection_machine::end_order(actions& out) {
  auto ended = orders_.end_first();
  note(out, level::info, ended.order->verb == settle_verb::retry ? "retry" : "discard",
       summary(ended));
  out.emplace_back(std::move(ended));
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
    orders_.add(std::move(order));
  }
  for (const auto& [key, next] : report.next_rounds)
    plan_retry(out, key, next);
}

void projection_machine::plan_retry(actions& out, const std::string& sequence_key,
                                    const round_to_come& next) {
  out.emplace_back(schedule_.plan(sequence_key, next, options_.time->now(), options_.random()));
}

actions projection_machine::on_letters_due(std::uint64_t token) {
  if (standing_.ended || !claimed_)
    return {};
  const auto due = schedule_.take(token);
  if (!due)
    return {};
  const bool waits = suspect_.is_behind(passed_);
  if (waits || !standing_.refusal_to_settle().empty() || orders_.full())
    return {schedule_.put_off(*due, options_.random())}; // it has not been tried
  auto order = std::make_shared<settle_order>();
  order->by_itself = true;
  order->by = "waymark, round " + std::to_string(due->round) + " of " +
              std::to_string(spec_->retry_letters.rounds);
  order->round = due->round;
  order->tasks.push_back({due->sequence_key, {}, true});
  return settle(std::move(order));
}

void projection_machine::stand_full(actions& out, const apply_outcome& outcome) {
  failing_.forget_attempts();
  suspect_.unsettle();
  standing_.still(stand::full, outcome.overflow);
  note(out, level::error, "full", outcome.overflow);
  const bool for_good = options_.failed_retry.count() == 0;
  full_until_ = for_good ? timestamp::max() : options_.time->now() + options_.failed_retry;
  if (spec_->shards > 1 && outcome.lot_is_full)
    wait(out, for_good ? options_.room_poll : std::min(options_.room_poll, options_.failed_retry));
  else if (spec_->where != effect::memory)
    wait_after_failure(out); // what is parked may have been settled, or reset, elsewhere
}

/// Another shard may have made some.
actions projection_machine::look_for_room() {
  if (spec_->shards == 1 || options_.time->now() >= full_until_)
    return try_again();
  actions out;
  if (!aside_.full()) {
    standing_.go_on();
    go_on(out);
  } else if (job_ == job::none && claimed_ && standing_.is_full() && aside_.outdated()) {
    job_ = job::look;
    out.emplace_back(todo::look{});
  } else {
    wait(out, options_.room_poll);
  }
  return out;
}

actions projection_machine::on_looked() {
  if (!take_result())
    return next();
  actions out;
  if (standing_.how == stand::full && aside_.full())
    wait(out, options_.room_poll);
  else if (standing_.how == stand::full)
    standing_.go_on();
  go_on(out);
  return out;
}

} // namespace waymark
