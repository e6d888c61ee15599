#include "actors/apply.hpp"

#include "actors/attempt_scope.hpp"
#include "actors/batch_run.hpp"
#include "persistence/fault_point.hpp"

namespace waymark {

namespace {

apply_outcome begin_outcome(const apply_request& request) {
  apply_outcome outcome;
  outcome.stored = request.stored;
  outcome.passed = request.passed;
  return outcome;
}

void set_fault(apply_outcome& outcome, const batch_fault& fault) {
  outcome.state = apply_outcome::status::faulted;
  outcome.who = fault.who;
  outcome.error = fault.error;
  outcome.culprit = fault.culprit;
  outcome.retry_is_useless = fault.retry_is_useless;
  outcome.has_key = fault.has_key;
}

apply_outcome store_fault(apply_outcome outcome, const std::exception& problem) {
  batch_fault fault;
  fault.who = fault_of(problem);
  if (fault.who == fault::event)
    fault.who = fault::store; // no handler ran: whatever it is, the event is not to blame
  fault.error = problem.what();
  set_fault(outcome, fault);
  return outcome;
}

apply_outcome fenced(apply_outcome outcome) {
  outcome.state = apply_outcome::status::fenced;
  return outcome;
}

/// Enters in the outcome what a commit of `run`'s first `count` items has achieved.
void note_progress(apply_outcome& outcome, const batch_run& run, const run_result& done) {
  outcome.passed = run.position_after(done.count);
  outcome.handled += done.handled;
  outcome.parked.insert(outcome.parked.end(), done.parked.begin(), done.parked.end());
  if (const auto* last = done.last_handled) {
    outcome.last_event_id = last->event_id;
    outcome.last_event_type = last->event_type;
    outcome.last_event_at = last->occurred_at;
  }
}

checkpoint_advance advance_of(const apply_request& request, const batch_run& run,
                              const run_result& done) {
  const auto& at = run.event_at(done.count - 1);
  checkpoint_advance advance;
  advance.from = request.stored;
  advance.to = at.position;
  advance.event_id_at_position = at.event_id;
  advance.handled = done.handled;
  if (const auto* last = done.last_handled) {
    advance.last_event_id = last->event_id;
    advance.last_event_type = last->event_type;
    advance.last_event_at = last->occurred_at;
  }
  return advance;
}

/// Commits what was done; false if the projection has another owner. Some faults show only now, of
/// a deferred constraint for one: then nothing is committed, `done` has the fault, and nobody of
/// several events is to blame yet.
bool commit_tables(const apply_request& request, unit_of_work& unit,
                   const checkpoint_advance& advance, run_result& done) {
  try {
    if (request.careful)
      unit.clear_attempt();
    return unit.commit(advance) != commit_status::fenced;
  } catch (const std::exception& problem) {
    if (done.handled == 0)
      throw;
    done.fault.emplace();
    done.fault->who = fault_of(problem);
    done.fault->error = problem.what();
    done.fault->good_prefix = done.count / 2;
    if (done.count == 1)
      done.fault->culprit = done.last_handled;
    return true;
  }
}

void note_tried(apply_outcome& outcome, const batch_run& run, std::size_t count) {
  outcome.tried = count;
  outcome.tried_to = run.event_at(count - 1).position;
}

/// Tables: all in one transaction; a fault rolls it back, and the good prefix is applied again.
apply_outcome apply_to_tables(const apply_request& request, batch_run& run) {
  auto outcome = begin_outcome(request);
  auto limit = run.size();
  std::optional<batch_fault> found;
  for (;;) {
    auto unit = request.store->begin_ahead(request.owner);
    if (!unit)
      return fenced(outcome);
    run_result done;
    checkpoint_advance advance;
    try {
      done = run.execute(limit, unit.get(), {&unit->model(), nullptr});
      if (!done.fault)
        advance = advance_of(request, run, done);
      if (!done.fault && !commit_tables(request, *unit, advance, done))
        return fenced(outcome);
    } catch (const store_error&) {
      if (!unit->fenced())
        throw;
      return fenced(outcome);
    }
    if (done.fault && unit->fenced()) // what a former owner's handler meets is nobody's fault
      return fenced(outcome);
    if (done.fault) {
      found = *done.fault;
      note_tried(outcome, run, done.count > 0 ? done.count : limit);
      limit = found->good_prefix;
      if (found->who != fault::event || limit == 0) {
        set_fault(outcome, *found);
        return outcome;
      }
      continue;
    }
    outcome.stored = advance.to;
    note_progress(outcome, run, done);
    if (found && found->culprit && done.count == limit)
      set_fault(outcome, *found);
    return outcome;
  }
}

/// Executes all, halving a batch that fails until one event is to blame. For effects that are not
/// rolled back: what was executed before has had its effect.
run_result execute_halving(batch_run& run, unit_of_work* unit, const handler_target& target) {
  auto limit = run.size();
  for (;;) {
    auto done = run.execute(limit, unit, target);
    const auto& found = done.fault;
    if (!found || found->culprit || found->who != fault::event || found->good_prefix == 0)
      return done;
    limit = found->good_prefix;
  }
}

/// A state in memory can't be rolled back: the events before a fault have had their effect, and
/// their checkpoint is committed.
apply_outcome apply_to_state(const apply_request& request, batch_run& run) {
  auto outcome = begin_outcome(request);
  const std::lock_guard lock{request.state->guard};
  auto unit = request.store->begin(request.owner);
  if (!unit)
    return fenced(outcome);
  const auto done = execute_halving(run, unit.get(), {nullptr, request.state->object.get()});
  if (done.count > 0) {
    const auto advance = advance_of(request, run, done);
    if (unit->commit(advance) == commit_status::fenced)
      return fenced(outcome);
    outcome.stored = advance.to;
    note_progress(outcome, run, done);
  }
  if (done.fault)
    set_fault(outcome, *done.fault);
  return outcome;
}

/// Effects outside: the checkpoint follows later, but a parked position is committed at once, and
/// so is a careful attempt. No transaction is open while the handlers run: they may be slow.
apply_outcome apply_outside(const apply_request& request, batch_run& run) {
  auto outcome = begin_outcome(request);
  const auto done = execute_halving(run, nullptr, {});
  if (done.count > 0) {
    const auto advance = advance_of(request, run, done);
    if (request.careful || !done.parked.empty()) {
      auto unit = request.store->begin(request.owner);
      if (!unit)
        return fenced(outcome);
      run.park(*unit, done.count);
      if (request.careful)
        unit->clear_attempt();
      if (unit->commit(advance) == commit_status::fenced)
        return fenced(outcome);
      outcome.stored = advance.to;
    } else {
      outcome.unsaved = advance;
    }
    note_progress(outcome, run, done);
  }
  if (done.fault)
    set_fault(outcome, *done.fault);
  return outcome;
}

apply_outcome apply_to_effect(const apply_request& request, batch_run& run) {
  switch (request.spec->where) {
  case effect::database:
    return apply_to_tables(request, run);
  case effect::memory:
    return apply_to_state(request, run);
  case effect::outside:
    break;
  }
  return apply_outside(request, run);
}

/// The author's `retry_if` may hang, or end the process: it is asked here, where the watchdog looks
/// and the marker stands.
apply_outcome apply_run(const apply_request& request, batch_run& run) {
  auto outcome = apply_to_effect(request, run);
  const bool is_asked = outcome.state == apply_outcome::status::faulted &&
                        outcome.who == fault::event && outcome.culprit &&
                        !outcome.retry_is_useless;
  if (is_asked) {
    try {
      outcome.retry_is_useless = !run.is_worth_retry(*outcome.culprit, outcome.error);
    } catch (...) {
      outcome.broken_rule = std::current_exception();
    }
  }
  return outcome;
}

apply_outcome apply_carefully(const apply_request& request, batch_run& run) {
  attempt_scope attempt{request, run.event_at(0)};
  if (attempt.fenced())
    return fenced(begin_outcome(request));
  auto outcome = apply_run(request, run);
  if (outcome.state == apply_outcome::status::done)
    attempt.succeeded();
  return outcome;
}

/// The next event whose key is asked for; null if the page has none.
const event* find_next(const apply_request& request, const page& events) {
  const auto& spec = *request.spec;
  for (const auto& e : events.events)
    if (e.position > request.passed && spec.filter.wants(e) &&
        (spec.codec_for(e.event_type) || spec.on_unhandled == unhandled::error))
      return &e;
  return nullptr;
}

void note_end(apply_outcome& outcome, batch_run& run) {
  outcome.room = run.room();
  if (outcome.state == apply_outcome::status::done && outcome.passed == run.end()) {
    outcome.overflow = run.overflow();
    outcome.lot_is_full = run.lot_is_full();
  }
  outcome.unhandled_types = run.take_unhandled_types();
}

/// The author's rule for the key may be what ends the process: it is asked under the event's
/// marker, which has the key in it before the handler runs.
apply_outcome apply_with_rule(const apply_request& request, const event& subject,
                              const page& events) {
  auto outcome = begin_outcome(request);
  attempt_scope attempt{request, subject};
  if (attempt.fenced())
    return fenced(outcome);
  auto alone = request;
  alone.until = subject.position;
  batch_run run{alone, events};
  if (run.size() == 0 && run.end() >= subject.position) {
    // Of another shard. Saved, so that the marker of a later event is not replaced once more.
    checkpoint_advance advance;
    advance.from = request.stored;
    advance.to = subject.position;
    advance.event_id_at_position = subject.event_id;
    auto unit = request.store->begin(request.owner);
    if (!unit)
      return fenced(outcome);
    unit->clear_attempt();
    if (unit->commit(advance) == commit_status::fenced)
      return fenced(outcome);
    outcome.stored = outcome.passed = subject.position;
    attempt.succeeded();
  } else if (run.size() == 0) { // too much is parked
    outcome.passed = std::max(request.passed, run.end());
  } else {
    if (run.has_key(0) && !attempt.know_key(run.key_at(0)))
      return fenced(outcome);
    outcome = apply_run(alone, run);
    if (outcome.state == apply_outcome::status::done)
      attempt.succeeded();
  }
  note_end(outcome, run);
  return outcome;
}

} // namespace

apply_outcome apply(const apply_request& request, const page& events) {
  auto outcome = begin_outcome(request);
  try {
    if (request.careful && request.spec->sequence_by.key)
      if (const auto* next = find_next(request, events))
        return apply_with_rule(request, *next, events);
    batch_run run{request, events};
    if (run.size() == 0) {
      outcome.passed = std::max(request.passed, run.end());
    } else {
      const bool marked = request.careful && !run.has_parked(); // parking runs no handler
      outcome = marked ? apply_carefully(request, run) : apply_run(request, run);
    }
    note_end(outcome, run);
    return outcome;
  } catch (const std::exception& problem) {
    return store_fault(begin_outcome(request), problem);
  }
}

apply_outcome give_up_event(const apply_request& request, const event& subject,
                            const dead_letter& letter, bool park) {
  auto outcome = begin_outcome(request);
  try {
    if (park && !take_room(request, outcome.room)) {
      outcome.lot_is_full = true;
      outcome.overflow = no_room(*request.lot) + ": stands before " + describe(subject) +
                         ", which has failed (" + letter.error +
                         "), until letters are retried or discarded";
      return outcome;
    }
    auto unit = request.store->begin(request.owner);
    if (!unit)
      return fenced(outcome);
    unit->add_letter(letter);
    if (park)
      unit->park(letter.sequence_key, subject.position);
    if (request.careful)
      unit->clear_attempt();
    checkpoint_advance advance;
    advance.from = request.stored;
    advance.to = subject.position;
    advance.event_id_at_position = subject.event_id;
    fault_point("give_up.before_commit");
    if (unit->commit(advance) == commit_status::fenced)
      return fenced(outcome);
    fault_point("give_up.after_commit");
    outcome.stored = outcome.passed = subject.position;
    if (park)
      outcome.parked.push_back(letter.sequence_key);
    return outcome;
  } catch (const std::exception& problem) {
    return store_fault(begin_outcome(request), problem);
  }
}

} // namespace waymark
