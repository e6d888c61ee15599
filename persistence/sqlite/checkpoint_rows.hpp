#pragma once

#include "persistence/sqlite/connection.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace waymark::sqlite {

/// Moves the checkpoint of ?1, ?2 (projection, shard) if it has epoch ?3 and position ?4.
inline constexpr const char* advance_checkpoint_sql =
    "UPDATE waymark_checkpoints SET position = ?5, event_id_at_position = ?6, "
    "last_event_id = coalesce(?7, last_event_id), "
    "last_event_type = iif(?7 IS NULL, last_event_type, ?8), "
    "last_event_at = iif(?7 IS NULL, last_event_at, ?9), "
    "last_processed_at = iif(?7 IS NULL, last_processed_at, ?10), "
    "events_processed = events_processed + ?11, renewed_at = ?10, failure = NULL "
    "WHERE projection = ?1 AND shard = ?2 AND epoch = ?3 AND position = ?4";

/// The checkpoint records of a database. Every function runs in the transaction that is open on the
/// connection.
class checkpoint_rows {
 public:
  explicit checkpoint_rows(connection& on) noexcept : on_{on} {}

  [[nodiscard]] std::optional<checkpoint> find(const shard_key& key);
  [[nodiscard]] std::vector<checkpoint> of_projection(std::string_view projection);
  [[nodiscard]] std::vector<checkpoint> all();

  /// Inserts the record or puts it in the place of the one with its key.
  void put(const checkpoint& record);

  /// Generation of the row if it has this epoch, nothing otherwise.
  [[nodiscard]] std::optional<std::int64_t> generation_at(const shard_key& key, std::int64_t epoch);

  /// The compare-and-set on (epoch, position). False, and nothing changed, if it did not match.
  [[nodiscard]] bool advance(const shard_key& key, std::int64_t epoch, const checkpoint_advance& by,
                             timestamp now);

  [[nodiscard]] bool set_failure(const shard_key& key, std::int64_t epoch,
                                 const std::optional<stored_failure>& why);
  void release(const shard_key& key, std::int64_t epoch);
  void renew(std::string_view owner, timestamp now);
  void remove_from_shard(std::string_view projection, int shard);
  void raise_epochs(std::string_view projection);

 private:
  std::vector<checkpoint> read(statement& rows);

  connection& on_;
};

} // namespace waymark::sqlite
