#pragma once

#include <chrono>

namespace waymark::postgres {

/// Whether what a listener tells comes back to it, by a clock that the caller reads. However often
/// it tells, the first that was not heard of since counts.
class hearing {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A notification must be heard after this, sent to ourselves or by another.
  static constexpr std::chrono::milliseconds answer_within = std::chrono::seconds{5};

  void tell(time_point now) noexcept {
    if (heard_)
      unheard_since_ = now;
    heard_ = false;
  }
  void hear() noexcept { heard_ = true; }

  [[nodiscard]] bool hears() const noexcept { return heard_; }
  [[nodiscard]] bool deaf(time_point now) const noexcept { return !heard_ && now >= deaf_at(); }
  /// Meaningful while nothing was heard.
  [[nodiscard]] time_point deaf_at() const noexcept { return unheard_since_ + answer_within; }

 private:
  time_point unheard_since_{};
  bool heard_ = true;
};

} // namespace waymark::postgres
