#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// The checkpoint records of a database. Every function that writes runs in the transaction that is
/// open on the session, or in one of its own if there is none.
class checkpoint_rows {
 public:
  explicit checkpoint_rows(session& on) noexcept : on_{on} {}

  [[nodiscard]] std::optional<checkpoint> find(const shard_key& key);
  /// Also locks the records until the transaction ends.
  [[nodiscard]] std::vector<checkpoint> lock_projection(std::string_view projection);
  [[nodiscard]] std::vector<checkpoint> of_projection(std::string_view projection);
  [[nodiscard]] std::vector<checkpoint> all();

  /// Inserts the record or puts it in the place of the one with its key.
  void put(const checkpoint& record);

  /// Generation of the row if it has this epoch, nothing otherwise.
  [[nodiscard]] std::optional<std::int64_t> generation_at(const shard_key& key, std::int64_t epoch);

  /// The compare-and-set on (epoch, position). False, and nothing changed, if it did not match.
  /// @param now empty for the server's clock.
  [[nodiscard]] bool advance(const shard_key& key, std::int64_t epoch, const checkpoint_advance& by,
                             std::optional<timestamp> now);

  [[nodiscard]] bool set_failure(const shard_key& key, std::int64_t epoch,
                                 const std::optional<stored_failure>& why);
  void release(const shard_key& key, std::int64_t epoch);
  void renew(std::string_view owner, std::optional<timestamp> now);
  void remove_from_shard(std::string_view projection, int shard);
  void raise_epochs(std::string_view projection);

 private:
  session& on_;
};

} // namespace waymark::postgres
