#pragma once

#include "benchmarks/raw_sqlite.hpp"
#include "benchmarks/shop.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// What a floor takes of an event.
struct read_event {
  std::int64_t position = 0;
  std::array<char, 16> id{};
  std::string type;
  std::string order;
  std::int64_t occurred_at = 0;
  order_fields fields;
};

/// Reads and decodes the next events, at most as many as a page has by default.
/// @param read the statement `waymark::sqlite::read_page_sql`.
void read_page(raw_statement& read, std::int64_t after, std::int64_t up_to,
               std::vector<read_event>& into);

/// A projection into the tables of that number without waymark: its statements, and where it is.
/// Knows nothing of transactions.
class sqlite_by_hand {
 public:
  /// @throws std::runtime_error if the projection was never claimed.
  sqlite_by_hand(raw_database& db, int number);

  /// Writes the events into the tables, and the checkpoint.
  void apply(std::span<const read_event> events);

  /// Writes the marker of an attempt at `e`, and takes it away.
  void mark(const read_event& e);
  void unmark();

 private:
  tables into_;
  raw_statement upsert_;
  raw_statement count_;
  raw_statement advance_;
  raw_statement mark_;
  raw_statement unmark_;
  std::int64_t epoch_ = 0;
  std::int64_t position_ = 0;
};

/// Both sides must have come to the same tables. @throws std::runtime_error.
void check_tables(const std::string& file, int projections, std::int64_t events);

} // namespace bench
