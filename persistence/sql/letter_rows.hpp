#pragma once

#include "persistence/sql/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::sql {

/// The dead letters of a database, and the records of the settled ones, in the transaction that is
/// open on the connection.
class letter_rows {
 public:
  explicit letter_rows(connection& on) noexcept
      : on_{on}, sql_{on.texts().letters}, settled_{on.texts().settled} {}

  void add(const dead_letter& letter, const shard_key& key, std::int64_t generation);
  [[nodiscard]] bool update(const dead_letter& letter, const shard_key& key,
                            std::int64_t generation);
  [[nodiscard]] std::vector<dead_letter> list(const letter_query& query);
  [[nodiscard]] std::optional<dead_letter> find(std::int64_t id);
  [[nodiscard]] std::optional<dead_letter> at(const shard_key& key, position_t position);
  [[nodiscard]] letter_counts counts(const shard_key& key);

  /// Makes a letter a record of how it was settled; false if there is no such letter.
  [[nodiscard]] bool settle(std::int64_t id, const shard_key& key, std::int64_t generation,
                            const settlement& how);
  [[nodiscard]] std::vector<settled_letter> settled(const letter_query& query);

 private:
  template <class From>
  auto matching(const char* sql, From from, const letter_query& query);

  connection& on_;
  const letter_sql& sql_;
  const settled_sql& settled_;
};

} // namespace waymark::sql
