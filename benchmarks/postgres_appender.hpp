#pragma once

#include "benchmarks/appenders.hpp"
#include "benchmarks/raw_postgres.hpp"

#include <span>

namespace bench {

/// Appends by hand: builds the arrays and calls the function that waymark calls.
class postgres_appender {
 public:
  explicit postgres_appender(const std::string& address);

  /// Each event as a command of its own, all in one call.
  void append_each(std::span<const prepared_event* const> events);
  void append(const prepared_event& e);

  /// All events into the first one's stream, as one command.
  void append_together(std::span<const prepared_event> events);

  /// As `append_together`, by a bare INSERT that trusts its caller in everything.
  void insert_together(std::span<const prepared_event> events, std::int64_t first_position,
                       std::int64_t first_version);

 private:
  raw_postgres on_;
};

} // namespace bench
