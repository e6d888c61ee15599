#pragma once

#include "persistence/sql/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::sql {

/// The parked positions of a database, in the transaction that is open on the connection. What is
/// asked for is of the shard's current generation.
class parked_rows {
 public:
  explicit parked_rows(connection& on) noexcept : on_{on}, sql_{on.texts().parked} {}

  void park(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
            position_t position);
  void unpark(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
              position_t position);
  void drop(std::string_view projection);

  [[nodiscard]] std::vector<std::string> keys(const shard_key& key);
  [[nodiscard]] std::vector<position_t> positions(const shard_key& key,
                                                  std::string_view sequence_key);
  [[nodiscard]] std::vector<parked_queue> queues(const shard_key& key);

 private:
  connection& on_;
  const parked_sql& sql_;
};

} // namespace waymark::sql
