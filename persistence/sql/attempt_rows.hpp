#pragma once

#include "persistence/sql/connection.hpp"

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string_view>

namespace waymark::sql {

/// The attempt markers of a database, one for each shard at most, in the transaction that is open
/// on the connection.
class attempt_rows {
 public:
  explicit attempt_rows(connection& on) noexcept : on_{on}, sql_{on.texts().attempts} {}

  [[nodiscard]] std::optional<attempt_marker> find(const shard_key& key);

  /// See projection_store::begin_attempt. False if fenced. `now` is empty for the database's clock.
  [[nodiscard]] bool begin(const shard_key& key, std::int64_t epoch, const attempt_marker& subject,
                           std::optional<timestamp> now);
  void end(const shard_key& key, std::int64_t epoch);

  /// Writes what a claim has found out about the marker, or that there is none any more.
  void settle(const shard_key& key, const std::optional<attempt_marker>& marker);
  void drop(std::string_view projection);

 private:
  connection& on_;
  const attempt_sql& sql_;
};

} // namespace waymark::sql
