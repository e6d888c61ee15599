#pragma once

#include <waymark/messages/page.hpp>

#include <cstddef>

namespace waymark {

/// The page whose events a shard applies, if it has one. What is left of it at the end of the log
/// may wait for more events, to be one batch with them.
class page_in_hand {
 public:
  [[nodiscard]] const page_ptr& get() const noexcept { return page_; }
  /// There is one, and it goes on behind `passed`.
  [[nodiscard]] bool goes_on(position_t passed) const noexcept {
    return page_ && page_->scanned_to > passed;
  }
  /// There is one, and it has come as far as `position`.
  [[nodiscard]] bool reaches(position_t position) const noexcept {
    return page_ && page_->scanned_to >= position;
  }
  /// Where it ends. There has to be one, here and below.
  [[nodiscard]] position_t end() const noexcept { return page_->scanned_to; }
  /// The event there; null if it is not wanted. Lives as long as the page.
  [[nodiscard]] const event* find(position_t position) const noexcept;
  /// The part that stands behind `passed` and before `position`.
  [[nodiscard]] page_ptr part(position_t passed, position_t position) const;

  /// What the log has answered, where events up to `passed` are done with. Joined to the page if
  /// that waits for more; left alone if it is of no use.
  void take(page_ptr answer, position_t passed);
  /// Its place is taken by a part of it.
  void cut(page_ptr to) noexcept { page_ = std::move(to); }
  void let_go() noexcept;
  /// As if there had never been one.
  void forget() noexcept;

  /// Whether it is worth while to wait for more: it ends at the `head` or behind, has fewer than
  /// `wanted` events left, and has not waited with these before.
  [[nodiscard]] bool is_short(position_t passed, position_t head,
                              std::size_t wanted) const noexcept;
  void gather() noexcept { gathering_ = true; }
  [[nodiscard]] bool is_gathering() const noexcept { return gathering_; }
  void stop_gathering() noexcept { gathering_ = false; }

 private:
  void join(const page& more, position_t passed);

  page_ptr page_;
  bool gathering_ = false;
  position_t gathered_to_ = 0; ///< Up to here nothing waits any more.
};

} // namespace waymark
