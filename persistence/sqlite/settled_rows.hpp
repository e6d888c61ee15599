#pragma once

#include "persistence/sqlite/connection.hpp"

#include <waymark/messages/letter_settlement.hpp>

#include <vector>

namespace waymark::sqlite {

/// The records of settled letters, in the transaction that is open on the connection.
class settled_rows {
 public:
  explicit settled_rows(connection& on) noexcept : on_{on} {}

  /// Makes a letter such a record; false if there is no such letter.
  [[nodiscard]] bool settle(std::int64_t id, const shard_key& key, std::int64_t generation,
                            const settlement& how);
  [[nodiscard]] std::vector<settled_letter> list(const letter_query& query);

 private:
  connection& on_;
};

} // namespace waymark::sqlite
