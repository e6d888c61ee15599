#pragma once

#include <waymark/messages/page.hpp>

#include <cstdint>

namespace waymark {

/// What a shard asks for: the page behind `after`.
struct page_request {
  position_t after = 0;
  std::uint64_t token = 0;
  std::uint64_t seen = 0; ///< The log's incarnation as far as known; 0: answer without waiting.
};

/// What a shard has asked of the log, one page at a time, and what it knows of the log from that.
class log_reader {
 public:
  [[nodiscard]] bool is_asking() const noexcept { return asking_; }
  /// For the next page; at the end of the log the answer may wait for one. Never while it asks.
  [[nodiscard]] page_request ask(position_t after) noexcept;
  /// For what the log has by now.
  [[nodiscard]] page_request ask_at_once(position_t after) noexcept;
  /// Whatever the answer is, it means nothing any more.
  void forget_request() noexcept;

  /// Whether an answer with this token is the one that it waits for.
  [[nodiscard]] bool expects(std::uint64_t token) const noexcept {
    return asking_ && token == token_;
  }
  /// The expected answer. True if it is of another log than those before: nothing that was known
  /// counts, and whoever asked has to begin from scratch.
  [[nodiscard]] bool take(const page& answer, position_t passed) noexcept;
  /// The expected answer is that the log can't be read. The next one is asked for at once, to learn
  /// whether the log is there again.
  void fail() noexcept;

  [[nodiscard]] position_t head_seen() const noexcept { return head_seen_; }
  /// Events may be far behind, as after a claim, until `passed` has reached the head.
  void begin() noexcept;
  /// True once each time that it has.
  [[nodiscard]] bool catches_up(position_t passed) noexcept;

 private:
  page_request request(position_t after, std::uint64_t seen) noexcept;

  bool asking_ = false;
  std::uint64_t token_ = 0;
  std::uint64_t incarnation_ = 0; ///< Of the log whose events are applied; 0: not known yet.
  bool in_doubt_ = false;         ///< The last answer was none.
  position_t head_seen_ = 0;
  bool is_behind_ = true;
};

} // namespace waymark
