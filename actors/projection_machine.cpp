#include "actors/projection_machine.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

using level = todo::note::level;

projection_machine::projection_machine(spec_ptr spec, int shard, machine_options options)
    : spec_{std::move(spec)}, options_{std::move(options)}, key_{spec_->name, shard},
      suspect_{spec_->retry.max_crashes}, orders_{key_, can_take_back(*spec_)},
      schedule_{spec_->retry_letters} {
  record_.key = key_;
  if (!options_.lot) {
    const auto of_shard = spec_->parking.per_projection / spec_->shards;
    options_.lot = std::make_shared<parking_lot>(std::max<std::int64_t>(1, of_shard), 0);
  }
}

// -- what to do next ------------------------------------------------------------------------------

actions projection_machine::next() {
  actions out;
  go_on(out);
  return out;
}

void projection_machine::go_on(actions& out) {
  if (ended_ || job_ != job::none)
    return;
  if (was_fenced_ || trouble_) {
    add(out, was_fenced_ ? fenced() : end_for_store(*trouble_));
  } else if (draining_) {
    add(out, orders_.end_all(refusal_to_settle()));
    if (release_waits_) {
      // its timer comes
    } else if (claimed_) {
      job_ = job::release;
      out.emplace_back(todo::release{});
    } else {
      ended_ = true;
      out.emplace_back(todo::end{});
    }
  } else if (holding_) {
    add(out, orders_.interrupt(refusal_to_settle()));
    out.emplace_back(todo::held{});
  } else if (paused_ || stand_ != stand::none) {
    if (paused_ || stand_ != stand::backing_off)
      let_go_of_pages();
    if (may_replay())
      replay_next(out);
    else
      add(out, orders_.interrupt(refusal_to_settle(),
                                 "; the rest of the key follows when it goes on"));
  } else if (!claimed_) {
    job_ = job::claim;
    out.emplace_back(todo::claim{std::exchange(taking_over_, false)});
  } else {
    work_next(out);
  }
}

/// Live events and replays in turns, so that neither waits for the end of the other.
void projection_machine::work_next(actions& out) {
  const bool live = page_ && page_->scanned_to > passed_;
  if (!live)
    fetch_next(out);
  const bool ready = live && !gather(out);
  if (may_replay() && (!ready || replay_turn_)) {
    replay_next(out);
  } else if (ready) {
    replay_turn_ = true;
    apply_next(out);
  }
}

void projection_machine::apply_next(actions& out) {
  const auto discarded = failing_.discard_at();
  const auto poison = suspect_.poison_at();
  if (discarded > passed_ && page_->scanned_to >= discarded) {
    if (discarded == passed_ + 1 || page_before(discarded)->events.empty())
      return give_up_discarded(out);
    applying_ = page_before(discarded);
  } else if (poison > passed_ && page_->scanned_to >= poison) {
    auto before = page_before(poison);
    if (before->events.empty())
      return give_up_poison(out);
    applying_ = page_ = std::move(before);
  } else {
    applying_ = page_;
  }
  job_ = job::apply;
  const bool alone = careful() || failing_.is_tried();
  const auto at_once = options_.stall ? options_.stall->at_once() : 0;
  out.emplace_back(todo::apply{applying_, alone ? std::size_t{1} : at_once});
}

/// Pages in memory have a budget, so who stands, or waits for the next one, holds none.
void projection_machine::let_go_of_pages() {
  page_.reset();
  applying_.reset();
  gathering_ = false;
}

void projection_machine::fetch_next(actions& out) {
  let_go_of_pages();
  if (catching_up_ && passed_ >= head_seen_ && head_seen_ > 0) {
    catching_up_ = false;
    note(out, level::info, "caught_up", "has caught up at position " + std::to_string(passed_));
  }
  if (fetching_)
    return;
  fetching_ = true;
  out.emplace_back(todo::fetch{passed_, ++fetch_token_, in_doubt_ ? 0 : log_incarnation_});
}

void projection_machine::give_up_discarded(actions& out) {
  const auto at = failing_.discard_at();
  const auto found = std::find_if(page_->events.begin(), page_->events.end(),
                                  [at](const event& e) { return e.position == at; });
  failing_.forget_discard();
  if (found == page_->events.end())
    return go_on(out);
  failing_.recall(at, record_.failure);
  auto letter = letter_for(*found);
  letter.error += (letter.error.empty() ? "discarded by " : "; discarded by ") +
                  failing_.discarded_by();
  job_ = job::give_up;
  giving_up_ = todo::give_up{page_, &*found, std::move(letter), false};
  out.emplace_back(giving_up_);
}

void projection_machine::wait(actions& out, std::chrono::milliseconds delay) {
  timer_due_ = options_.time->now() + delay;
  out.emplace_back(todo::wake{delay, ++timer_token_});
}

void projection_machine::forget_timer() {
  ++timer_token_;
  release_waits_ = false;
}

void projection_machine::wait_after_failure(actions& out) {
  if (options_.failed_retry.count() > 0)
    wait(out, options_.failed_retry);
  else
    forget_timer(); // an older one does not try again either
}

void projection_machine::stand_still(stand how, std::string why) {
  stand_ = how;
  reason_ = std::move(why);
}

// -- claiming -------------------------------------------------------------------------------------

actions projection_machine::start() {
  return next();
}

actions projection_machine::on_claim(claim_report report) {
  const bool take_over = std::exchange(taking_over_, false);
  if (!take_result() && !draining_) // a drain has to release what was granted
    return next();
  actions out;
  using status = claim_report::status;
  switch (report.state) {
  case status::granted:
    claimed_ = true;
    state_in_doubt_ = false;
    fenced_by_other_ = false;
    record_ = std::move(report.record);
    passed_ = record_.position;
    parked_ = std::move(report.parked);
    schedule_.forget_all();
    set_aside_ = report.set_aside;
    options_.lot->set(key_.shard, set_aside_.parked_events);
    catching_up_ = true;
    if (page_ && page_->after > passed_)
      page_.reset();
    fetching_ = false;
    if (stand_ == stand::standing_by)
      stand_ = stand::none;
    reason_.clear();
    if (record_.failure) {
      failing_.forget_discard();
      stand_still(stand::stopped, "stopped before " + record_.failure->event_type +
                                      " at position " + std::to_string(record_.failure->position) +
                                      ": " + record_.failure->error + "; resume or discard it");
    }
    replay_unfinished(out, report);
    note(out, level::info, "start",
         "starts after position " + std::to_string(passed_) + ", epoch " +
             std::to_string(record_.epoch));
    take_care(out, report);
    break;
  case status::held:
    options_.lot->leave(key_.shard);
    if (report.record.epoch > 0 && spec_->where != effect::memory) {
      record_ = std::move(report.record); // what the owner has committed can be waited for here too
      passed_ = record_.position;
    }
    if (take_over) { // asked for while this claim was under way
      taking_over_ = true;
      stand_still(stand::none, {});
      break;
    }
    if (stand_ != stand::standing_by)
      note(out, level::info, "standby", report.detail);
    stand_still(stand::standing_by, report.detail);
    wait(out, options_.standby_poll);
    break;
  case status::refused:
    fail(out, report.detail);
    break;
  case status::diverged:
    last_error_ = report.detail;
    record_ = std::move(report.record);
    passed_ = record_.position;
    stand_still(stand::diverged, report.detail);
    note(out, level::error, "diverged", report.detail);
    break;
  case status::projection_fault:
    fail(out, report.detail);
    break;
  case status::store_fault:
    if (options_.stall)
      options_.stall->forget();
    return end_for_store(report.detail);
  }
  go_on(out);
  return out;
}

/// The job under way has come back. False if it was begun before its claim was lost.
bool projection_machine::take_result() {
  job_ = job::none;
  if (stale_job_)
    overdue_.reset();
  return !std::exchange(stale_job_, false);
}

void projection_machine::lose_claim() {
  claimed_ = false;
  options_.lot->leave(key_.shard);
  stale_job_ = job_ != job::none;
  page_.reset();
  gathering_ = false;
  gathered_to_ = 0;
  failing_.forget();
  fetching_ = false;
  was_fenced_ = false;
  suspect_.forget();
  caution_.reset();
  ++fetch_token_;
}

/// Claims from scratch, which compares the checkpoint with the log.
actions projection_machine::claim_again() {
  lose_claim();
  head_seen_ = 0;
  actions out;
  add(out, orders_.end_all("the log was replaced"));
  go_on(out);
  return out;
}

actions projection_machine::fenced() {
  job_ = job::none;
  overdue_.reset();
  lose_claim();
  fenced_by_other_ = true;
  actions out;
  add(out, orders_.end_all("has lost its claim to another owner, or was reset"));
  stand_still(stand::standing_by, "another owner has claimed it");
  note(out, level::warning, "fenced",
       "has lost its claim to another owner, or was reset; stands by");
  wait(out, options_.standby_poll);
  go_on(out);
  return out;
}

actions projection_machine::on_fenced() {
  if (!claimed_ || ended_)
    return {};
  was_fenced_ = true; // whatever is under way ends first
  return next();
}

actions projection_machine::on_unsaved(const std::string& why) {
  if (!claimed_ || ended_)
    return {};
  trouble_ = "the checkpoint can't be saved: " + why;
  return next();
}

// -- pages ----------------------------------------------------------------------------------------

actions projection_machine::on_page(page_ptr events, std::uint64_t token) {
  if (token != fetch_token_ || !fetching_ || ended_)
    return {};
  const bool log_was_known = log_incarnation_ != 0;
  fetching_ = false;
  in_doubt_ = false;
  if (stand_ == stand::degraded)
    stand_still(stand::none, {});
  if (events->log_incarnation != 0 &&
      std::exchange(log_incarnation_, events->log_incarnation) != events->log_incarnation &&
      log_was_known)
    return claim_again();
  head_seen_ = std::max(head_seen_, events->head);
  if (events->head - passed_ > 1'000)
    catching_up_ = true;
  if (gathering_)
    join(*events);
  else if (events->after <= passed_ && events->scanned_to > passed_)
    page_ = std::move(events);
  return next();
}

actions projection_machine::on_fetch_failed(const std::string& why, std::uint64_t token) {
  if (token != fetch_token_ || !fetching_ || ended_)
    return {};
  fetching_ = gathering_ = false;
  in_doubt_ = true;
  actions out;
  if (stand_ == stand::none)
    note(out, level::warning, "degraded", "can't read the log: " + why);
  if (stand_ == stand::none || stand_ == stand::degraded) {
    last_error_ = why;
    stand_still(stand::degraded, "can't read the log: " + why);
    wait(out, options_.fetch_retry);
  }
  return out;
}

// -- time -----------------------------------------------------------------------------------------

actions projection_machine::on_timer(std::uint64_t token) {
  if (token != timer_token_ || ended_)
    return {};
  if (std::exchange(release_waits_, false))
    return next();
  if (stand_ == stand::full)
    return look_for_room();
  if (stand_ == stand::failed)
    return try_again();
  if (gathering_ && !fetching_)
    return fetch_more();
  const auto before = stand_;
  if (before == stand::standing_by || before == stand::backing_off || before == stand::degraded)
    stand_ = stand::none;
  auto out = next();
  if (before == stand::standing_by || (before == stand::degraded && fetching_))
    stand_ = before; // as long as the claim has not succeeded, or the log not answered
  return out;
}

actions projection_machine::on_save_tick() {
  const bool ahead = passed_ > record_.position;
  // A save clears the stored failure, which has to stay until somebody decides about it.
  if (!claimed_ || job_ != job::none || !ahead || record_.failure || holding_ || draining_ ||
      ended_)
    return {};
  if (spec_->where == effect::outside) {
    if (careful())
      return {}; // each event is saved with its marker, and nobody else may save meanwhile
    // Also what was handed over before, in case whoever saves it was restarted meanwhile.
    checkpoint_advance advance;
    advance.from = record_.position;
    advance.to = passed_;
    return {todo::save_later{advance}};
  }
  job_ = job::save;
  saving_to_ = passed_;
  return {todo::save_passed{saving_to_}};
}

void projection_machine::note(actions& out, level severity, const char* what,
                              std::string text) const {
  out.emplace_back(todo::note{severity, what, std::move(text)});
}

} // namespace waymark
