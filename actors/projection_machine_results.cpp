#include "actors/projection_machine.hpp"

#include "actors/attempt.hpp"
#include "actors/letter_rounds.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

using level = todo::note::level;

void projection_machine::take_progress(const apply_outcome& outcome) {
  const auto now = options_.time->now();
  record_.position = std::max(record_.position, outcome.stored);
  passed_ = std::max(passed_, outcome.passed);
  if (record_.failure && passed_ >= record_.failure->position)
    record_.failure.reset();
  aside_.park(outcome.parked);
  if (outcome.room)
    outcome.room->give_back();
  if (outcome.handled > 0) {
    record_.events_processed += outcome.handled;
    record_.last_event_id = outcome.last_event_id;
    record_.last_event_type = outcome.last_event_type;
    record_.last_event_at = outcome.last_event_at;
    record_.last_processed_at = now;
    failing_.forget_give_ups();
  }
  if (caution_ && !careful())
    caution_.reset();
}

actions projection_machine::on_applied(const apply_outcome& outcome) {
  if (!take_result())
    return next();
  if (outcome.state == apply_outcome::status::fenced)
    return fenced();
  if (standing_.overdue && outcome.state == apply_outcome::status::faulted)
    return came_back(outcome);
  take_progress(outcome);
  failing_.pass(passed_);
  if (options_.stall && outcome.state == apply_outcome::status::done)
    options_.stall->passed(passed_);
  actions out;
  if (standing_.overdue)
    note(out, level::warning, "came_back", "the handler has come back, and its batch committed");
  standing_.overdue.reset();
  if (outcome.unsaved)
    out.emplace_back(todo::save_later{*outcome.unsaved});
  for (const auto& type : outcome.unhandled_types)
    if (warned_types_.insert(type).second)
      note(out, level::warning, "unhandled",
           "has no handler for \"" + type + "\"; such events are passed over");
  if (!outcome.overflow.empty())
    stand_full(out, outcome);
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
  if (job_ == job::none || standing_.ended)
    return {};
  standing_.overdue = last_error_ = why;
  actions out;
  note(out, level::error, "failed", "unrecoverable: " + why);
  return out;
}

/// Without success: to try it again at once would lose another thread to it.
actions projection_machine::came_back(const apply_outcome& outcome) {
  take_progress(outcome);
  state_in_doubt_ = outcome.who == fault::store;
  actions out;
  if (outcome.unsaved)
    out.emplace_back(todo::save_later{*outcome.unsaved});
  const auto why = *std::exchange(standing_.overdue, std::nullopt);
  fail(out, why + "; it came back with: " + outcome.error);
  go_on(out);
  return out;
}

void projection_machine::decide_fault(actions& out, const apply_outcome& outcome, int round) {
  last_error_ = outcome.error;
  if (outcome.who == fault::projection || !outcome.culprit)
    return fail(out, outcome.culprit ? describe(*outcome.culprit) + ": " + outcome.error
                                     : outcome.error);
  const auto& culprit = *outcome.culprit;
  failing_.fail(culprit.position, {options_.time->now(), outcome.error, round});

  if (outcome.broken_rule)
    std::rethrow_exception(outcome.broken_rule);
  auto facts = failing_.facts();
  facts.retry_is_useless = outcome.retry_is_useless;
  facts.has_key = outcome.has_key;
  const auto decision = decide(facts, spec_->retry, spec_->on_give_up, options_.random());

  using what = attempt_decision::action;
  switch (decision.what) {
  case what::retry:
    standing_.still(stand::backing_off, describe(culprit) + " has failed " +
                                            std::to_string(facts.attempt) + " of " +
                                            std::to_string(spec_->retry.attempts) + " times");
    note(out, level::warning, "retry",
         standing_.why + ": " + outcome.error + "; next try in " +
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
    record_.failure = failing_.failure(culprit, record_.failure);
    out.emplace_back(todo::keep_failure{*record_.failure});
    return;
  case what::fail:
    return fail(out, std::to_string(failing_.give_ups_in_a_row() + 1) +
                         " events in a row failed without a success between, the last being " +
                         describe(culprit) + ": " + outcome.error);
  }
}

void projection_machine::fail(actions& out, const std::string& why) {
  last_error_ = why;
  failing_.forget_attempts();
  standing_.still(stand::failed, why);
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
  letter.error = failing_.error();
  letter.attempts = failing_.attempts();
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
    stand_full(out, outcome);
    go_on(out);
    return out;
  }
  take_progress(outcome);
  failing_.give_up();
  aside_.add_letters(1);
  const auto& letter = giving_up_.letter;
  record_.failure.reset();
  actions out;
  note(out, level::error, "give_up",
       describe(letter.subject) + " was given up after " + std::to_string(letter.attempts.size()) +
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
  standing_.still(stand::stopped, "stopped before the event at position " +
                                      std::to_string(failing_.position()) + ": " +
                                      last_error_.value_or("") + "; resume or discard it");
  note(out, level::error, "stopped", standing_.why);
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
