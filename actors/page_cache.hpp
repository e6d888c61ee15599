#pragma once

#include <waymark/messages/page.hpp>

#include <cstddef>
#include <deque>

namespace waymark {

/// The pages that were read last, within a budget of bytes; the oldest goes first.
class page_cache {
 public:
  explicit page_cache(std::size_t max_bytes) : max_bytes_{max_bytes} {}

  /// A page that begins at or before `after` and ends behind it; null if there is none.
  [[nodiscard]] page_ptr find(position_t after) const;

  /// Keeps `fresh`, whatever its size, and drops older ones down to the budget.
  void add(page_ptr fresh);

  void clear();

 private:
  struct kept {
    page_ptr content;
    std::size_t bytes = 0;
  };
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::deque<kept> pages_;
};

} // namespace waymark
