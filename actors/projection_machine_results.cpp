#include "actors/projection_machine.hpp"

#include "actors/letter_rounds.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waymark {

using level = todo::note::level;

namespace {

constexpr std::ptrdiff_t most_tries_kept = 100;

} // namespace

void projection_machine::take_progress(const apply_outcome& outcome) {
  const auto now = options_.time->now();
  record_.position = std::max(record_.position, outcome.stored);
  passed_ = std::max(passed_, outcome.passed);
  if (record_.failure && passed_ >= record_.failure->position)
    record_.failure.reset();
  add_parked(outcome.parked);
  if (outcome.room)
    outcome.room->give_back();
  if (outcome.handled > 0) {
    record_.events_processed += outcome.handled;
    record_.last_event_id = outcome.last_event_id;
    record_.last_event_type = outcome.last_event_type;
    record_.last_event_at = outcome.last_event_at;
    record_.last_processed_at = now;
    give_ups_in_a_row_ = 0;
  }
  if (caution_ && !careful())
    caution_.reset();
}

actions projection_machine::on_applied(const apply_outcome& outcome) {
  if (!take_result())
    return next();
  if (outcome.state == apply_outcome::status::fenced)
    return fenced();
  if (overdue_ && outcome.state == apply_outcome::status::faulted)
    return came_back(outcome);
  take_progress(outcome);
  if (passed_ >= failing_at_)
    attempts_.clear();
  if (options_.stall && outcome.state == apply_outcome::status::done)
    options_.stall->passed(passed_);
  actions out;
  if (overdue_)
    note(out, level::warning, "came_back", "the handler has come back, and its batch committed");
  overdue_.reset();
  if (outcome.unsaved)
    out.emplace_back(todo::save_later{*outcome.unsaved});
  for (const auto& type : outcome.unhandled_types)
    if (warned_types_.insert(type).second)
      note(out, level::warning, "unhandled",
           "has no handler for \"" + type + "\"; such events are passed over");
  if (!outcome.overflow.empty())
    stand_full(out, outcome.overflow);
  if (outcome.state == apply_outcome::status::faulted) {
    if (outcome.who == fault::store) {
      add(out, end_for_store(find_stall(outcome).value_or(outcome.error)));
      return out;
    }
    decide_fault(out, outcome);
  }
  go_on(out);
  return out;
}

std::optional<std::string> projection_machine::find_stall(const apply_outcome& outcome) {
  if (!options_.stall)
    return std::nullopt;
  auto& stall = *options_.stall;
  if (outcome.culprit)
    return stall.failed_at(*outcome.culprit, outcome.error);
  if (outcome.tried > 0)
    return stall.failed_in(passed_, outcome.tried_to, outcome.tried, outcome.error);
  return std::nullopt;
}

actions projection_machine::on_overdue(const std::string& why) {
  if (job_ == job::none || ended_)
    return {};
  overdue_ = last_error_ = why;
  actions out;
  note(out, level::error, "failed", "unrecoverable: " + why);
  return out;
}

/// Without success: to try it again at once would lose another thread to it.
actions projection_machine::came_back(const apply_outcome& outcome) {
  take_progress(outcome);
  state_in_doubt_ = outcome.who == fault::store;
  actions out;
  fail(out, *std::exchange(overdue_, std::nullopt) + "; it came back with: " + outcome.error);
  go_on(out);
  return out;
}

void projection_machine::decide_fault(actions& out, const apply_outcome& outcome, int round) {
  last_error_ = outcome.error;
  if (outcome.who == fault::projection || !outcome.culprit)
    return fail(out, outcome.culprit ? describe(*outcome.culprit) + ": " + outcome.error
                                     : outcome.error);
  const auto& culprit = *outcome.culprit;
  if (failing_at_ != culprit.position)
    attempts_.clear();
  failing_at_ = culprit.position;
  attempts_.push_back({options_.time->now(), outcome.error, round});

  attempt_facts facts;
  facts.error = outcome.error;
  facts.attempt = static_cast<int>(attempts_.size());
  facts.retry_is_useless = outcome.retry_is_useless;
  facts.has_key = outcome.has_key;
  facts.give_ups_in_a_row = give_ups_in_a_row_;
  const auto decision = decide(facts, spec_->retry, spec_->on_give_up, options_.random());

  using what = attempt_decision::action;
  switch (decision.what) {
  case what::retry:
    stand_still(stand::backing_off, describe(culprit) + " has failed " +
                                        std::to_string(facts.attempt) + " of " +
                                        std::to_string(spec_->retry.attempts) + " times");
    note(out, level::warning, "retry",
         reason_ + ": " + outcome.error + "; next try in " +
             std::to_string(decision.delay.count()) + " ms");
    return wait(out, decision.delay);
  case what::park:
  case what::skip:
    job_ = job::give_up;
    giving_up_ =
        todo::give_up{applying_, &culprit, letter_for(culprit), decision.what == what::park};
    out.emplace_back(giving_up_);
    return;
  case what::stop:
    job_ = job::keep_failure;
    record_.failure = failure_at(culprit);
    out.emplace_back(todo::keep_failure{*record_.failure});
    return;
  case what::fail:
  case what::restart:
    return fail(out, std::to_string(give_ups_in_a_row_ + 1) +
                         " events in a row failed without a success between, the last being " +
                         describe(culprit) + ": " + outcome.error);
  }
}

/// With what is known of it from before an operator's resume, or another process.
stored_failure projection_machine::failure_at(const event& culprit) const {
  stored_failure why{culprit.position, culprit.event_id, culprit.event_type, 0,
                     attempts_.back().error, attempts_.back().at};
  if (record_.failure && record_.failure->event_id == culprit.event_id) {
    why.attempts = record_.failure->attempts;
    why.tries = record_.failure->tries;
  }
  why.attempts += static_cast<int>(attempts_.size());
  why.tries.insert(why.tries.end(), attempts_.begin(), attempts_.end());
  const auto too_many = std::ssize(why.tries) - most_tries_kept;
  if (too_many > 0)
    why.tries.erase(why.tries.begin(), why.tries.begin() + too_many);
  return why;
}

void projection_machine::fail(actions& out, const std::string& why) {
  last_error_ = why;
  attempts_.clear();
  stand_still(stand::failed, why);
  note(out, level::error, "failed", why);
  wait_after_failure(out);
}

dead_letter projection_machine::letter_for(const event& subject) const {
  dead_letter letter;
  letter.key = key_;
  letter.position = subject.position;
  letter.generation = record_.generation;
  letter.sequence_key = find_key(subject).value_or(""); // the letter's error says if there is none
  letter.projection_version = spec_->version;
  letter.error = attempts_.empty() ? std::string{} : attempts_.back().error;
  letter.attempts = attempts_;
  letter.created_at = options_.time->now();
  letter.subject = subject;
  return letter;
}

actions projection_machine::on_given_up(const apply_outcome& outcome) {
  if (!take_result())
    return next();
  if (outcome.state == apply_outcome::status::fenced)
    return fenced();
  if (outcome.state == apply_outcome::status::faulted)
    return end_for_store(outcome.error);
  if (!outcome.overflow.empty()) {
    actions out;
    giving_up_ = {};
    stand_full(out, outcome.overflow);
    go_on(out);
    return out;
  }
  take_progress(outcome);
  ++give_ups_in_a_row_;
  ++set_aside_.letters;
  const auto& letter = giving_up_.letter;
  record_.failure.reset();
  attempts_.clear();
  actions out;
  note(out, level::error, "give_up",
       describe(letter.subject) + " was given up after " +
           std::to_string(letter.attempts.size()) +
           (letter.attempts.size() == 1 ? " attempt: " : " attempts: ") + letter.error +
           (giving_up_.park ? "; its key is parked" : ""));
  out.emplace_back(todo::announce_letter{letter});
  if (const auto round = next_round(letter, spec_->retry_letters); round && giving_up_.park)
    plan_retry(out, letter.sequence_key, {*round});
  giving_up_ = {};
  go_on(out);
  return out;
}

actions projection_machine::on_failure_kept(commit_status status) {
  if (!take_result())
    return next();
  if (status == commit_status::fenced)
    return fenced();
  actions out;
  stand_still(stand::stopped, "stopped before the event at position " +
                                  std::to_string(failing_at_) + ": " + last_error_.value_or("") +
                                  "; resume or discard it");
  note(out, level::error, "stopped", reason_);
  go_on(out);
  return out;
}

actions projection_machine::on_saved(commit_status status) {
  if (!take_result())
    return next();
  if (status == commit_status::fenced)
    return fenced();
  record_.position = std::max(record_.position, saving_to_);
  return next();
}

actions projection_machine::on_saved_later(position_t position) {
  record_.position = std::max(record_.position, position);
  return {};
}

} // namespace waymark
