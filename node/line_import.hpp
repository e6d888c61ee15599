#pragma once

#include <waymark/persistence/event_store.hpp>

#include "node/line_batches.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace waymark::node {

/// What came of the lines so far.
struct import_counts {
  std::int64_t lines = 0; ///< Looked at.
  std::int64_t appended = 0;
  std::int64_t already_there = 0; ///< Events whose ids the log knew.
  std::int64_t bad = 0;
  std::optional<position_t> first_position{}; ///< Of what was appended now.
  std::optional<position_t> last_position{};
};

struct import_options {
  bool stop_at_bad = true;
  std::function<void(const bad_line&)> on_bad{};
  std::function<void(const import_counts&)> on_batch{};
  /// Asked before each batch and during each pause, whether to end early.
  std::function<bool()> ended{};
};

/// Appends batches of lines to a log, each in one transaction. The event of a line whose id the log
/// knows is counted and not appended again. A batch that the store can't take now is tried again
/// for about two seconds. Not thread-safe.
class line_import {
 public:
  line_import(event_store& log, const import_options& options) : log_{log}, options_{options} {}

  /// Appends until the input ends, somebody ends it, or a bad line stops it. What the log refuses
  /// of one line (a conflict, an id that is known elsewhere or with other data) leaves the other
  /// lines of its batch alone, also those behind it.
  /// @throws store_error if the store can't serve; `counts` says what is in.
  void run(line_batches& from);

  [[nodiscard]] const import_counts& counts() const noexcept { return counts_; }

  /// Whether a bad line ended it.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

 private:
  [[nodiscard]] std::vector<append_result> append(const line_batch& batch);
  bool count(const append_result& result);
  void tell(std::vector<bad_line> bad);

  event_store& log_;
  const import_options& options_;
  import_counts counts_;
  bool stopped_ = false;
};

} // namespace waymark::node
