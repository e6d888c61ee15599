#pragma once

#include "persistence/postgres/log_listener.hpp"
#include "persistence/postgres/running_units.hpp"
#include "persistence/postgres/session_pool.hpp"

#include <waymark/messages/clock.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace waymark::postgres {

struct database_options {
  bool create = true;
  bool use_records = true; ///< Whether the records are used, and so have to be of this version.
  /// How often readers look for appends while notifications do not arrive.
  std::chrono::milliseconds poll_interval{20};
  std::chrono::milliseconds fallback_poll{250}; ///< And while they do.
  const waymark::clock* clock = &waymark::clock::system();
};

/// A PostgreSQL database as a process uses it: a few connections for each purpose, so that none has
/// to wait for another. Thread-safe.
class database {
 public:
  /// Looks whether it can be used, and makes the tables if need be.
  /// @throws usage_error, store_error, incompatible_store.
  database(const address& where, const database_options& options);
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  [[nodiscard]] const address& where() const noexcept { return where_; }
  [[nodiscard]] const database_options& options() const noexcept { return options_; }

  [[nodiscard]] session_pool& appender() noexcept { return appender_; }
  [[nodiscard]] session_pool& readers() noexcept { return readers_; }
  /// For units of work.
  [[nodiscard]] session_pool& units() noexcept { return units_; }
  /// For what is short and must not wait for units of work.
  [[nodiscard]] session_pool& others() noexcept { return others_; }
  /// For queries of read models, which may take as long as they like and must not hold up the
  /// others.
  [[nodiscard]] session_pool& queries() noexcept { return queries_; }
  /// Of one connection, for a thread that has one of `queries` already and would wait for itself.
  [[nodiscard]] session_pool query_within_query() const;
  /// For renewing claims, which must wait for nothing.
  [[nodiscard]] session_pool& renewal() noexcept { return renewal_; }

  [[nodiscard]] running_units& running() noexcept { return running_; }

  [[nodiscard]] log_growth& growth() noexcept { return growth_; }
  /// Starts with the first call.
  [[nodiscard]] log_listener& listener();

  /// The server's clock, unless the options name another; the latter is all that `dated` gives.
  [[nodiscard]] timestamp now();
  [[nodiscard]] timestamp now(session& on) const;
  [[nodiscard]] std::optional<timestamp> dated() const;

 private:
  void check();

  const address where_;
  const database_options options_;
  const std::string purpose_;
  session_pool appender_;
  session_pool readers_;
  session_pool units_;
  session_pool others_;
  session_pool queries_;
  session_pool renewal_;
  running_units running_;

  log_growth growth_;
  std::mutex listener_mutex_;
  std::unique_ptr<log_listener> listener_;

  std::mutex clock_mutex_;
  std::chrono::steady_clock::time_point asked_at_{};
  timestamp server_time_{};
};

} // namespace waymark::postgres
