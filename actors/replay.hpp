#pragma once

#include "actors/apply.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/messages/letter_settlement.hpp>
#include <waymark/persistence/event_store.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// What is to be done about one key.
struct replay_task {
  std::string sequence_key;
  std::vector<std::int64_t> letters; ///< To be settled, in order of their positions.
  bool queue = false;                ///< And then what is parked for the key, in order.
};

/// What an operator, or waymark itself, wants done about letters of one shard.
struct settle_order {
  settle_verb verb = settle_verb::retry;
  bool dry_run = false;
  bool by_itself = false; ///< waymark wants it, and no person: leaves alone what ended processes.
  std::string by;
  int round = 0; ///< Of the schedule, if it is one of its.
  std::vector<replay_task> tasks;
  /// Called once with what came of it. Empty: nobody waits, the letters tell.
  std::function<void(const settle_report&)> done;
};
using settle_order_ptr = std::shared_ptr<const settle_order>;

/// Where a step of a task works, and on whose behalf.
struct replay_request {
  apply_request on; ///< `stored` is the checkpoint's position, which a replay leaves as it is.
  std::shared_ptr<event_store> log;
  settle_order_ptr order;
  replay_task task;
  std::int64_t generation = 0;
  /// Each event under a marker of its own. Else the shard's marker, of a live event, stays as it
  /// is, and if the process dies in a handler, nothing is known of that.
  bool marked = true;
  const clock* time = &clock::system();
};

/// What one step came to. All that is counted is committed, except in a dry run.
struct replay_outcome {
  enum class status : std::uint8_t {
    more,   ///< Ask again with `rest`.
    ended,  ///< The task is done, or stopped at what `key` says.
    fenced, ///< Another owner has the shard: nothing more was done.
    faulted ///< The store can't serve; `error` says why.
  };
  status state = status::ended;
  std::string error;
  replay_task rest;
  settled_key key; ///< `remaining`: events that are parked for the key now.

  // What it means for what the machine knows.
  std::int64_t letters = 0; ///< Written less settled.
  std::int64_t handled = 0;
  std::optional<dead_letter> new_letter;
  std::optional<int> next_round; ///< Of the schedule, for the letter that has stopped it.
  std::optional<uuid> last_event_id;
  std::string last_event_type;
  std::optional<timestamp> last_event_at;
};

/// Does as much of a task as fits into `batch.max_transaction`, at least one event: settles the
/// letters, then handles what is parked for the key, in order of position, each event in a
/// transaction of its own together with its removal from the queue and the settling of its letter.
/// Stops at the first event that fails, which then has the attempt in its letter, and leaves the
/// rest parked. Never throws for what a handler or the store did.
///
/// If the process dies
///   before an event's marker is committed: the event is still parked, its letter stands; the rest
///     of the order is forgotten, except a key with no letter before it, with which the next claim
///     goes on;
///   after it, before the event's own commit has reached the disk: the same, and nothing of its
///     effects is in the read model. The next claim finds the marker, and either leaves the event
///     to a person, or goes on with its key (claimed_queues.hpp);
///   after that, with more parked behind: the rest is still parked, and no letter stands before it.
///     The next claim finds such a key, and goes on with it;
///   after the last one's: nothing is parked for the key, which is live at the next claim;
///   between a failure and the commit of its attempt: the letter lacks this attempt; all else is as
///     if the event had not been tried;
///   in a discard, before its commit: nothing has happened; after it: the letter is settled, its
///     record stands, and the key is as after a replayed event.
[[nodiscard]] replay_outcome replay(const replay_request& request);

/// The same, with everything rolled back; one step does the whole task.
/// Nothing is written, so nothing is left behind if the process dies.
[[nodiscard]] replay_outcome try_replay(const replay_request& request);

/// Whether a dry run of this projection can call its handlers: what they do can be taken back.
[[nodiscard]] bool can_take_back(const projection_spec& spec) noexcept;

} // namespace waymark
