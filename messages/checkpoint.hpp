#pragma once

#include <waymark/messages/event.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// Names one shard of one projection; a projection without shards is its shard 0.
struct shard_key {
  std::string projection;
  int shard = 0;
  friend auto operator<=>(const shard_key&, const shard_key&) = default;
};

/// "order-revenue", or "order-revenue/2" for a shard other than 0.
[[nodiscard]] std::string to_string(const shard_key& key);

/// One try that failed.
struct failed_attempt {
  timestamp at{};
  std::string error;
  int round = 0; ///< Of the retries by schedule of a letter: 1, 2, 3 …; 0: any other try.
  friend bool operator==(const failed_attempt&, const failed_attempt&) = default;
};

/// Why a projection stands before an event until somebody decides (give-up policy `stop`, or a
/// projection fault); kept in the checkpoint row so that it outlives the process.
struct stored_failure {
  position_t position = 0; ///< Of the event; 0 if no single event is to blame.
  uuid event_id;
  std::string event_type;
  int attempts = 0;
  std::string error; ///< The last attempt's.
  timestamp at{};
  /// Each try since the projection first stood before the event, oldest first; of many, the last
  /// 100. Empty in a row that does not tell, for it was written by an older program.
  std::vector<failed_attempt> tries{};
  friend bool operator==(const stored_failure&, const stored_failure&) = default;
};

/// Last position whose effects are in the read model, and all that is kept beside it. It lives in
/// the database of the read model and changes only together with it.
struct checkpoint {
  shard_key key;
  position_t position = 0;
  std::int64_t epoch = 0;            ///< Raised by each claim and reset; fences stale owners.
  std::int64_t generation = 0;       ///< Raised by reset; older letters are history.
  std::string log_id;                ///< Of the log that `position` counts in.
  uuid event_id_at_position;         ///< Of whatever event stands there, handled or not; nil at 0.
  std::optional<uuid> last_event_id; ///< Last event given to a handler.
  std::string last_event_type;
  std::optional<timestamp> last_event_at;     ///< Its occurred_at.
  std::optional<timestamp> last_processed_at; ///< When its batch was committed.
  std::int64_t events_processed = 0;          ///< Given to a handler with success, since reset.
  int projection_version = 1;
  int shards = 1;
  std::string key_rule;             ///< Name of the sequence key rule.
  std::optional<std::string> owner; ///< Process instance; empty when released.
  std::optional<timestamp> renewed_at;
  std::optional<stored_failure> failure;
  /// So many events may have been under way when the owner's process ended: set by its claim, 0
  /// once it has released.
  std::int64_t max_batch = 0;
  /// While `events_processed` is below it, events are handled one by one, each with a marker: an
  /// earlier owner's process ended without a release. Events of a retry, which do not move the
  /// position, add to both, so that only live ones use it up.
  std::int64_t careful_until = 0;
};

/// What a batch changes in the record when it commits; the rest stays as it is.
struct checkpoint_advance {
  position_t from = 0; ///< Stored position that this batch started from; the compare-and-set.
  position_t to = 0;
  uuid event_id_at_position;
  std::optional<uuid> last_event_id;
  std::string last_event_type;
  std::optional<timestamp> last_event_at;
  std::int64_t handled = 0; ///< Added to events_processed.
};

} // namespace waymark
