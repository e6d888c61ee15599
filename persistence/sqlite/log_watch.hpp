#pragma once

#include "persistence/sqlite/database.hpp"

#include <waymark/messages/event.hpp>

#include <memory>
#include <mutex>

namespace waymark::sqlite {

/// Knows where the log ends: this process's appends are told at once, those of others are looked
/// for, by a counter that SQLite changes when another connection has committed. Thread-safe.
class log_watch {
 public:
  explicit log_watch(std::shared_ptr<database_handle> of) : of_{std::move(of)} {}

  /// @throws store_error.
  [[nodiscard]] position_t head();

  /// Waits until the head is past `after`, at most `timeout`; returns the head.
  position_t wait_for(position_t after, std::chrono::milliseconds timeout);

 private:
  void look(database& at);
  [[nodiscard]] std::int64_t version_of_data();

  std::shared_ptr<database_handle> of_;

  std::mutex mutex_;
  std::shared_ptr<database> looked_at_;
  std::unique_ptr<connection> reader_; ///< Closed before the database it reads.
  std::int64_t data_version_ = -1;
  std::chrono::steady_clock::time_point changed_at_{};
  bool tidied_ = true;
};

} // namespace waymark::sqlite
