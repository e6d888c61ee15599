#pragma once

#include "benchmarks/appenders.hpp"
#include "benchmarks/raw_sqlite.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Appends events to waymark's tables by hand: looks at the stream, inserts.
class hand_appender {
 public:
  explicit hand_appender(const std::string& file);

  void begin() { db_.execute("BEGIN IMMEDIATE"); }
  void commit() { db_.execute("COMMIT"); }

  /// Appends one event to a stream, whatever its version.
  void append(const std::string& order, const std::string& type, const std::string& text) {
    append(order, type, text, next_version(order));
  }
  [[nodiscard]] std::int64_t next_version(const std::string& order);
  void append(const std::string& order, const std::string& type, const std::string& text,
              std::int64_t version);

 private:
  raw_database db_;
  raw_statement version_;
  raw_statement insert_;
  std::int64_t position_ = 0;
};

/// The hand-written group commit: one thread commits what many have handed in meanwhile.
class group_commit {
 public:
  using group = std::vector<const prepared_event*>;

  /// `commit` makes a group durable, on the writing thread.
  explicit group_commit(std::function<void(const group&)> commit);
  ~group_commit();
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;

  /// Returns when the event is durable.
  void append(const prepared_event& e);

 private:
  struct request {
    const prepared_event* what;
    std::atomic<bool> done{false};
  };
  void run();

  std::function<void(const group&)> commit_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<request*> waiting_;
  bool ending_ = false;
  std::thread writer_;
};

} // namespace bench
