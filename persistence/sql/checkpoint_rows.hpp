#pragma once

#include "persistence/sql/connection.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace waymark::sql {

/// The checkpoint records of a database, in the transaction that is open on the connection.
class checkpoint_rows {
 public:
  explicit checkpoint_rows(connection& on) noexcept : on_{on}, sql_{on.texts().checkpoints} {}

  [[nodiscard]] std::optional<checkpoint> find(const shard_key& key);
  /// Keeps others from writing the record, if there is one, until the transaction ends.
  void lock(const shard_key& key);
  [[nodiscard]] std::vector<checkpoint> of_projection(std::string_view projection);
  [[nodiscard]] std::vector<checkpoint> all();

  /// Inserts the record or puts it in the place of the one with its key.
  void put(const checkpoint& record);

  /// Generation of the row if it has this epoch, nothing otherwise.
  [[nodiscard]] std::optional<std::int64_t> generation_at(const shard_key& key, std::int64_t epoch);

  /// The compare-and-set on (epoch, position). False, and nothing changed, if it did not match.
  /// @param now empty for the database's clock, here and below.
  [[nodiscard]] bool advance(const shard_key& key, std::int64_t epoch, const checkpoint_advance& by,
                             std::optional<timestamp> now);

  [[nodiscard]] bool set_failure(const shard_key& key, std::int64_t epoch,
                                 const std::optional<stored_failure>& why);
  void release(const shard_key& key, std::int64_t epoch);
  void renew(std::string_view owner, std::optional<timestamp> now);
  [[nodiscard]] std::vector<ownership> owned_by(std::string_view owner);
  void remove_from_shard(std::string_view projection, int shard);
  void raise_epochs(std::string_view projection);

 private:
  connection& on_;
  const checkpoint_sql& sql_;
};

} // namespace waymark::sql
