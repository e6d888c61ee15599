#pragma once

#include "actors/job_meter.hpp"
#include "actors/memory_state.hpp"
#include "actors/parked_set.hpp"
#include "actors/parking_lot.hpp"

#include <waymark/actors/projection_spec.hpp>
#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/page.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// Everything that `apply` needs to know of a projection and its place in the log.
struct apply_request {
  spec_ptr spec;
  std::shared_ptr<projection_store> store;
  std::shared_ptr<memory_state> state; ///< effect::memory only.
  std::shared_ptr<const parked_set> parked;
  ownership owner;
  position_t stored = 0;      ///< Position in the checkpoint row.
  position_t passed = 0;      ///< Everything up to here is done with.
  std::shared_ptr<job_meter> meter; ///< Told what is done just now; may be null.
  std::shared_ptr<parking_lot> lot; ///< Where parked events need room; null: there is no limit.
  std::size_t max_events = 0; ///< 0: as the spec says. 1 to try one event alone.
  position_t until = 0;       ///< No event beyond it is looked at; 0: all of the page are.
  /// One event, with a durable marker around it (attempt_scope.hpp).
  bool careful = false;
  std::string recorded_as; ///< The owner under whom careful attempts are recorded; empty: not.
  /// Told once why they can't be, on a session's thread; may be null.
  std::shared_ptr<const std::function<void(const std::string&)>> unrecorded;
};

/// What came of it.
struct apply_outcome {
  enum class status : std::uint8_t { done, faulted, fenced };
  status state = status::done;

  position_t stored = 0; ///< Position in the checkpoint row now.
  position_t passed = 0; ///< Everything up to here is done with now.
  std::int64_t handled = 0;
  std::vector<std::string> parked; ///< The key of each event that was parked.
  /// Why the next event can't be parked, in words: a limit is reached. Empty if none is.
  std::string overflow;
  bool lot_is_full = false; ///< Then: it is the projection's limit, not the one of a key.
  /// Of what was parked, kept until the lot has been told of it.
  std::shared_ptr<parking_lot::room> room;
  std::optional<checkpoint_advance> unsaved; ///< effect::outside: still to be saved, or nothing.
  std::vector<std::string> unhandled_types;  ///< To be warned about; each once.

  // If faulted: who has to act, and on which event. What came before the event is committed.
  fault who = fault::event;
  std::string error;
  const event* culprit = nullptr; ///< Inside the page; null if no single event is to blame.
  std::size_t tried = 0;    ///< Then so many were tried as one; 0: none had been begun with.
  position_t tried_to = 0;  ///< The last of them.
  bool retry_is_useless = false; ///< Also if `retry_if` says so.
  std::exception_ptr broken_rule; ///< What `retry_if` has thrown, if it has.
  bool has_key = true;

  // Of the last event handled with success; they go into the checkpoint record.
  std::optional<uuid> last_event_id;
  std::string last_event_type;
  std::optional<timestamp> last_event_at;
};

/// Applies the part of `events` behind `passed`, in at most one committed transaction: begin,
/// handlers in order, parked positions, checkpoint, commit (guarantee G2). A batch ends early, with
/// its prefix committed, after `max_transaction`; the caller asks again for the rest.
///
/// When an event is at fault, what came before it is committed and the event is named in the
/// outcome; deciding about it is the caller's (see attempt.hpp). A failing `.on_batch` is halved
/// until one event is left. Never throws for what a handler or the store did.
///
/// If the process dies
///   before the commit has reached the disk: nothing of the batch is in the read model, nor is the
///     checkpoint; the next claim applies the same events again;
///   after it: both are there, and the next claim goes on behind them.
[[nodiscard]] apply_outcome apply(const apply_request& request, const page& events);

/// Gives one event up: letter, parked position (if `park`) and checkpoint in one transaction.
/// Nothing is done if it can't be parked: `overflow` then says why.
[[nodiscard]] apply_outcome give_up_event(const apply_request& request, const event& subject,
                                          const dead_letter& letter, bool park);

} // namespace waymark
