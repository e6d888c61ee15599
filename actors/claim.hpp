#pragma once

#include <waymark/actors/projection_spec.hpp>
#include <waymark/persistence/event_store.hpp>
#include <waymark/persistence/projection_store.hpp>

#include "actors/first_claims.hpp"
#include "actors/letter_rounds.hpp"
#include "actors/replay.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace waymark {

/// Who claims which shard, where.
struct claim_order {
  spec_ptr spec;
  int shard = 0;
  std::shared_ptr<projection_store> store;
  std::shared_ptr<event_store> log; ///< Null if events are handed in by hand: nothing is compared.
  std::shared_ptr<memory_state> state{}; ///< effect::memory only: gets a new object.
  std::string owner;
  std::chrono::milliseconds owner_timeout{10'000};
  bool take_over = false; ///< An operator's word: claim it whoever holds it.
  std::shared_ptr<first_claims> together{}; ///< Null, or where claims of many may be found.
};

/// What the claim came to, with all that a projection needs to begin.
struct claim_report {
  enum class status : std::uint8_t {
    granted,
    held,           ///< Stand by and try again.
    refused,        ///< Newer version or other shards: nothing will change by itself.
    diverged,       ///< The log is not the one that the checkpoint belongs to.
    projection_fault, ///< A `.table` or `.truncate` statement failed.
    store_fault
  };
  status state = status::granted;
  checkpoint record;
  std::shared_ptr<parked_set> parked;
  letter_counts set_aside;
  /// Parked keys to be replayed at once: a replay of theirs was not finished, or their letter was
  /// last tried by an older version of the projection. None if there is no log to read from.
  /// Where a process ended in a replay comes first.
  std::vector<replay_task> unfinished;
  /// Parked keys to be retried by schedule.
  std::unordered_map<std::string, round_to_come> next_rounds;
  bool of_new_version = false; ///< Some of them are there for the second reason.
  /// A letter that this claim has written or added to, because processes ended in its event when it
  /// was handled again.
  std::optional<dead_letter> left_to_a_person;
  std::string detail; ///< In words, if not granted.

  /// The live event in which processes ended, if there is one that was not passed since.
  std::optional<attempt_marker> suspect;
  std::string ended_owner;       ///< The owner before, if it ended without a release; in words.
  std::shared_ptr<void> caution; ///< To be kept while events are handled one by one; or null.
};

/// Makes the tables, claims the shard, rebuilds if a new version asks for it, and compares the
/// checkpoint with the log. Synchronous; never throws.
///
/// If the process dies between two of these steps, the next claim begins again with the first: each
/// is safe to repeat. The version is raised by the reset itself, so a rebuild that was asked for is
/// not forgotten.
[[nodiscard]] claim_report claim_shard(const claim_order& order);

/// Resets all shards of the projection. Its tables are made before, so that a `.truncate` finds
/// what it deletes from, and in the reset's transaction behind it, so that who reads misses no
/// table that it drops. @throws as `projection_store::reset` does.
void begin_anew(const claim_order& order);

/// What a claim or a reset of this projection writes into its rows.
[[nodiscard]] claim_request request_of(const claim_order& order);

} // namespace waymark
