#pragma once

#include <waymark/messages/append.hpp>

#include "node/line_source.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace waymark::node {

/// A line that is no event, or whose event the log refused.
struct bad_line {
  std::int64_t line = 0;
  std::string problem;
};

/// Some lines of the input, as what is appended for them in one transaction.
struct line_batch {
  std::vector<append_command> commands; ///< Of one event each, and each event has an id.
  std::vector<std::int64_t> lines;      ///< The number of each command's line.
  std::vector<bad_line> bad;            ///< Lines that are no events.
  std::int64_t last_line = 0;           ///< All lines up to this one are in this batch or before.
};

struct batch_limits {
  std::size_t events = 1'000;
  std::size_t bytes = 1024u * 1024;
  std::size_t waiting = 4; ///< Batches that are ready before the reader pauses.
};

/// Reads and parses lines on a thread of its own, ahead of whoever appends them. Blank lines are
/// passed over. What is read of a pipe is handed on as soon as the writer pauses.
class line_batches {
 public:
  /// @param stop_at_bad the batch with the first bad line is the last, and that line its end.
  /// @param source used by the thread from now on; must outlive this.
  line_batches(line_source& source, bool stop_at_bad, batch_limits limits = {});
  /// Ends the thread, if need be by `stop` (an input that waits has to be interrupted first).
  ~line_batches();
  line_batches(const line_batches&) = delete;
  line_batches& operator=(const line_batches&) = delete;

  /// The next batch, in order; empty at the end. @throws what reading threw.
  [[nodiscard]] std::optional<line_batch> next();

  /// No more batches are wanted.
  void stop() noexcept;

  /// How far the reader is. Thread-safe.
  [[nodiscard]] std::uint64_t read_bytes() const noexcept { return read_bytes_; }

 private:
  void run() noexcept;
  void read_all();
  /// @returns false if this was the last line that is wanted.
  bool take(line_batch& into, line_source::outcome what, std::string_view line);
  bool hand_on(line_batch& batch);

  line_source& source_;
  const bool stop_at_bad_;
  const batch_limits limits_;
  std::size_t bytes_ = 0; ///< Of the batch that is being filled.
  std::atomic<std::uint64_t> read_bytes_{0};

  std::mutex mutex_;
  std::condition_variable came_;
  std::condition_variable room_;
  std::deque<line_batch> ready_;
  std::exception_ptr failure_;
  bool done_ = false;
  bool stopped_ = false;
  std::thread reader_; ///< Last, so that it sees all of the above.
};

} // namespace waymark::node
