#include "actors/replay.hpp"

#include "actors/attempt_scope.hpp"
#include "actors/batch_run.hpp"
#include "actors/letter_rounds.hpp"
#include "actors/read_again.hpp"
#include "persistence/fault_point.hpp"

#include <algorithm>
#include <chrono>

namespace waymark {

namespace {

/// Does the steps of one task. A member that answers bool says whether to go on.
class replayer {
 public:
  explicit replayer(const replay_request& request)
      : request_{request}, on_{request.on}, store_{*on_.store} {
    out_.rest = request.task;
    out_.key.key = on_.owner.key;
    out_.key.sequence_key = request.task.sequence_key;
    if (on_.parked) // until the store has told
      out_.key.remaining = on_.parked->events(out_.key.sequence_key);
  }

  /// What was done so far, if `run` has thrown.
  replay_outcome faulted(const char* why) {
    out_.state = replay_outcome::status::faulted;
    out_.error = why;
    return std::move(out_);
  }

  replay_outcome run() {
    if (!request_.log)
      throw store_error{"there is no log to read the events from"};
    out_.state = replay_outcome::status::ended;
    const auto record = store_.load(on_.owner.key);
    if (!record || record->epoch != on_.owner.epoch || record->position != on_.stored)
      return fenced();
    at_stored_ = record->event_id_at_position;
    parked_ = store_.parked_positions(on_.owner.key, out_.rest.sequence_key);
    out_.key.remaining = std::ssize(parked_);
    const auto until = std::chrono::steady_clock::now() + on_.spec->batch.max_transaction;
    bool going = true;
    while (going && has_rest()) {
      going = out_.rest.letters.empty() ? replay_head() : settle_next();
      if (going && has_acted_ && has_rest() && std::chrono::steady_clock::now() >= until) {
        out_.state = replay_outcome::status::more;
        going = false;
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool has_rest() const {
    return !out_.rest.letters.empty() || (out_.rest.queue && !parked_.empty());
  }

  replay_outcome fenced() {
    out_.state = replay_outcome::status::fenced;
    return std::move(out_);
  }

  bool stop_fenced() {
    out_.state = replay_outcome::status::fenced;
    return false;
  }

  bool settle_next() {
    const auto id = out_.rest.letters.front();
    out_.rest.letters.erase(out_.rest.letters.begin());
    const auto letter = store_.letter(id);
    if (!letter || letter->key != on_.owner.key || letter->generation != request_.generation) {
      out_.key.refused = "letter " + std::to_string(id) + " was settled meanwhile";
      has_acted_ = true;
      return true;
    }
    const bool parked = std::binary_search(parked_.begin(), parked_.end(), letter->position);
    out_.rest.queue = out_.rest.queue || parked;
    if (request_.order->verb == settle_verb::discard)
      return discard(*letter, parked);
    return parked || handle(letter->position, letter); // what is parked has its turn in the queue
  }

  bool discard(const dead_letter& letter, bool parked) {
    has_acted_ = true;
    auto unit = store_.begin(on_.owner);
    if (!unit)
      return stop_fenced();
    if (!forget(*unit, letter.position, letter, parked))
      return stop_fenced();
    fault_point("discard.before_commit");
    if (!commit(*unit, nullptr))
      return stop_fenced();
    fault_point("discard.after_commit");
    ++out_.key.discarded;
    --out_.letters;
    return true;
  }

  bool replay_head() {
    const auto position = parked_.front();
    return handle(position, store_.letter_at(on_.owner.key, position));
  }

  /// Hands one event to its handler, with its removal from where it was kept, under a marker: it
  /// may be what ends the process, and the author's rule for its key may be too.
  bool handle(position_t position, const std::optional<dead_letter>& letter) {
    has_acted_ = true;
    if (letter && request_.order->by_itself && is_for_a_person(*letter) &&
        letter->projection_version >= on_.spec->version) {
      out_.key.refused = "a process ended in letter " + std::to_string(letter->id) +
                         ", which nobody but a person tries again";
      return false;
    }
    const auto source = read_again(*request_.log, position);
    const auto& subject = source.events.front();
    if (letter && letter->subject.event_id != subject.event_id)
      throw store_error{request_.log->address() + " has another event at position " +
                        std::to_string(position) + " than letter " + std::to_string(letter->id) +
                        " tells: the log was replaced"};
    if (request_.marked && on_.spec->where != effect::memory) {
      attempt_.emplace(on_, subject, out_.rest.sequence_key);
      if (attempt_->fenced())
        return stop_fenced();
    }
    const bool goes_on = handle_marked(source, letter);
    attempt_.reset();
    return goes_on;
  }

  bool handle_marked(const page& source, const std::optional<dead_letter>& letter) {
    const auto& subject = source.events.front();
    auto alone = on_;
    alone.passed = subject.position - 1;
    alone.max_events = 1;
    alone.parked = nullptr;
    batch_run run{alone, source};
    if (on_.spec->where == effect::outside)
      return handle_outside(run, subject, letter);
    std::unique_lock<std::mutex> state;
    if (on_.spec->where == effect::memory)
      state = std::unique_lock{on_.state->guard};
    auto unit = store_.begin(on_.owner);
    if (!unit)
      return stop_fenced();
    if (run.size() == 1)
      if (const auto done = run.execute(1, unit.get(), target(*unit)); done.fault) {
        unit.reset();
        return keep_attempt(*done.fault, subject, letter);
      }
    batch_fault at_commit;
    try {
      return finish(*unit, run, subject, letter);
    } catch (const std::exception& problem) { // of a deferred constraint, for one
      at_commit.who = fault_of(problem);
      if (run.size() == 0 || on_.spec->where != effect::database || at_commit.who == fault::store)
        throw;
      at_commit.error = problem.what();
    }
    leaving_ = 0;
    unit.reset();
    return keep_attempt(at_commit, subject, letter);
  }

  /// The handler first: it may be slow, and its effect can't be taken back anyway.
  bool handle_outside(batch_run& run, const event& subject,
                      const std::optional<dead_letter>& letter) {
    if (run.size() == 1)
      if (const auto done = run.execute(1, nullptr, {}); done.fault)
        return keep_attempt(*done.fault, subject, letter);
    auto unit = store_.begin(on_.owner);
    return unit ? finish(*unit, run, subject, letter) : stop_fenced();
  }

  [[nodiscard]] handler_target target(unit_of_work& unit) const {
    if (on_.spec->where == effect::database)
      return {&unit.model(), nullptr};
    return {nullptr, on_.state->object.get()};
  }

  bool finish(unit_of_work& unit, const batch_run& run, const event& subject,
              const std::optional<dead_letter>& letter) {
    const bool handled = run.size() == 1;
    const bool parked = std::binary_search(parked_.begin(), parked_.end(), subject.position);
    if (!forget(unit, subject.position, letter, parked))
      return stop_fenced();
    fault_point("replay.before_commit");
    if (!commit(unit, handled ? &subject : nullptr))
      return stop_fenced();
    fault_point("replay.after_commit");
    out_.letters -= letter ? 1 : 0;
    ++(handled ? out_.key.replayed : out_.key.unwanted);
    if (!handled)
      return true;
    ++out_.handled;
    out_.last_event_id = subject.event_id;
    out_.last_event_type = subject.event_type;
    out_.last_event_at = subject.occurred_at;
    return true;
  }

  /// Takes an event from the queue, and settles its letter.
  bool forget(unit_of_work& unit, position_t position, const std::optional<dead_letter>& letter,
              bool parked) {
    if (parked) {
      unit.unpark(out_.rest.sequence_key, position);
      leaving_ = position;
    }
    const auto verb = request_.order->verb;
    return !letter ||
           unit.settle_letter(letter->id, {verb, request_.order->by, request_.time->now()});
  }

  /// The checkpoint stays where it is: its event is one of others.
  bool commit(unit_of_work& unit, const event* handled) {
    checkpoint_advance advance;
    advance.from = advance.to = on_.stored;
    advance.event_id_at_position = at_stored_;
    if (handled) {
      advance.handled = 1;
      advance.last_event_id = handled->event_id;
      advance.last_event_type = handled->event_type;
      advance.last_event_at = handled->occurred_at;
    }
    if (attempt_)
      unit.clear_attempt();
    if (unit.commit(advance) == commit_status::fenced)
      return false;
    if (attempt_)
      attempt_->succeeded();
    std::erase(parked_, std::exchange(leaving_, 0));
    out_.key.remaining = std::ssize(parked_);
    return true;
  }

  /// Writes what failed into the event's letter, or a letter for it, whoever is to blame: a key
  /// must not stand without one. Always stops.
  bool keep_attempt(const batch_fault& fault, const event& subject,
                    const std::optional<dead_letter>& letter) {
    if (fault.who == fault::store)
      throw store_error{fault.error};
    out_.key.failed =
        replay_failure{subject.position, subject.event_id, subject.event_type, fault.error};
    auto unit = store_.begin(on_.owner);
    if (!unit)
      return stop_fenced();
    auto changed = letter ? *letter : letter_for(subject);
    changed.error = fault.error;
    add_attempt(changed, on_.spec->version,
                {request_.time->now(), fault.error, letter ? request_.order->round : 0});
    if (!letter)
      unit->add_letter(changed);
    else if (!unit->update_letter(changed))
      return stop_fenced();
    if (!commit(*unit, nullptr))
      return stop_fenced();
    out_.next_round = next_round(changed, on_.spec->retry_letters);
    if (!letter) {
      ++out_.letters;
      out_.new_letter = std::move(changed);
    }
    return false;
  }

  [[nodiscard]] dead_letter letter_for(const event& subject) const {
    dead_letter letter;
    letter.key = on_.owner.key;
    letter.position = subject.position;
    letter.generation = request_.generation;
    letter.sequence_key = out_.rest.sequence_key;
    letter.created_at = request_.time->now();
    letter.subject = subject;
    return letter;
  }

  const replay_request& request_;
  const apply_request& on_;
  projection_store& store_;
  replay_outcome out_;
  uuid at_stored_;
  std::vector<position_t> parked_;
  std::optional<attempt_scope> attempt_; ///< Around the event that is handled now.
  bool has_acted_ = false; ///< However slow the store is, a step gets something done.
  position_t leaving_ = 0; ///< Is taken from the queue by the commit to come.
};

} // namespace

replay_outcome replay(const replay_request& request) {
  replayer work{request};
  try {
    return work.run();
  } catch (const std::exception& problem) {
    return work.faulted(problem.what());
  }
}

} // namespace waymark
