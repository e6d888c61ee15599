#pragma once

#include "benchmarks/raw_postgres.hpp"
#include "benchmarks/shop.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What a program written by hand takes of an event.
struct postgres_event {
  std::int64_t position = 0;
  waymark::uuid id;
  std::string type;
  std::string order;
  waymark::timestamp occurred_at{};
  std::string data;
};

/// Reads the log by keyset pages, in binary.
class postgres_reader {
 public:
  explicit postgres_reader(const std::string& address);

  /// The next events behind `after`, at most so many.
  void read(std::int64_t after, std::int64_t most, std::vector<postgres_event>& into);

 private:
  raw_postgres on_;
};

/// A projection by hand: its table, its checkpoint, a transaction for each batch.
class postgres_projection {
 public:
  /// Makes the table and the checkpoint of that number. The first one on a connection prepares
  /// what all on it share.
  postgres_projection(raw_postgres& on, int number, bool first_on_connection);

  /// One upsert for each event, by a prepared statement.
  void apply_each(const std::vector<postgres_event>& events);
  /// One upsert of all orders, by unnest of their sums.
  void apply_together(const std::vector<postgres_event>& events);

 private:
  [[nodiscard]] std::string named(const char* what) const;
  void advance(const std::vector<postgres_event>& events);

  raw_postgres& on_;
  tables into_;
  std::string upsert_;
  std::string together_;
  std::int64_t position_ = 0;
  std::string settings_; ///< Of the connection.
};

} // namespace bench
