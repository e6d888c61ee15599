#pragma once

#include <waymark/messages/page.hpp>

#include <cstddef>
#include <deque>

namespace waymark {

/// All pages in memory, within a budget of bytes: those that somebody works on, and the ones that
/// were read last, of which the oldest goes first.
class page_cache {
 public:
  static constexpr std::size_t max_pages = 256; ///< A page may be next to empty.

  explicit page_cache(std::size_t max_bytes) : max_bytes_{max_bytes} {}

  /// A page that begins at or before `after` and ends behind it; null if there is none.
  [[nodiscard]] page_ptr find(position_t after) const;

  /// Keeps `fresh`, whatever its size, and drops the oldest that nobody else holds down to the
  /// budget.
  void add(page_ptr fresh);

  /// Finds none of them any more; those that somebody holds still count.
  void clear();

  /// What the pages that somebody holds leave of the budget.
  [[nodiscard]] std::size_t room() const;

 private:
  struct kept {
    page_ptr content;
    std::size_t bytes = 0;
    bool outdated = false;
    [[nodiscard]] bool is_held() const { return content.use_count() > 1; }
  };
  void make_room(std::size_t bytes);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::deque<kept> pages_;
};

} // namespace waymark
