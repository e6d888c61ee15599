#pragma once

#include "persistence/sqlite/connection.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::sqlite {

/// Dead letters and parked positions of a database, in the transaction that is open on the
/// connection.
class letter_rows {
 public:
  explicit letter_rows(connection& on) noexcept : on_{on} {}

  void add(const dead_letter& letter, const shard_key& key, std::int64_t generation);
  [[nodiscard]] bool update(const dead_letter& letter, const shard_key& key,
                            std::int64_t generation);
  [[nodiscard]] std::vector<dead_letter> list(const letter_query& query);
  [[nodiscard]] std::optional<dead_letter> find(std::int64_t id);
  [[nodiscard]] std::optional<dead_letter> at(const shard_key& key, position_t position);

  void park(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
            position_t position);
  void unpark(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
              position_t position);
  void drop_parked(std::string_view projection);
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key);
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key);
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key);
  [[nodiscard]] letter_counts counts(const shard_key& key);

 private:
  connection& on_;
};

} // namespace waymark::sqlite
