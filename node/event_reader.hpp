#pragma once

#include <waymark/persistence/event_store.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace waymark::node {

/// Which events of a log somebody wants to see; the conditions are joined by "and".
struct event_selection {
  position_t after = 0;
  std::vector<std::string> types{}; ///< Empty: all.
  std::optional<stream_id> stream{};
};

/// Reads the selected events of a log piece by piece, in order, in bounded memory. Not thread-safe.
class event_reader {
 public:
  /// @param log must outlive this.
  event_reader(event_store& log, event_selection wanted);

  /// The next piece; may be empty though there is more. @throws store_error.
  [[nodiscard]] std::vector<event> next();

  /// Whether the last `next` came to the end of the log.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

  /// At the end: waits until the log grows, at most `timeout`.
  void wait(std::chrono::milliseconds timeout);

 private:
  std::vector<event> next_of_log();
  std::vector<event> next_of_stream();

  event_store& log_;
  event_selection wanted_;
  position_t head_ = 0;
  std::int64_t version_ = 0; ///< Last one read of the stream.
  bool at_end_ = false;
};

} // namespace waymark::node
