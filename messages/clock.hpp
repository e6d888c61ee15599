#pragma once

#include <waymark/messages/timestamp.hpp>

#include <atomic>

namespace waymark {

/// Where the time comes from. Everything that waits, dates or expires asks one of these, so that a
/// test can decide what time it is. Thread-safe.
class clock {
 public:
  virtual ~clock() = default;

  /// The wall-clock time.
  [[nodiscard]] virtual timestamp now() const = 0;

  /// The machine's clock.
  [[nodiscard]] static const clock& system();
};

/// A clock that stands still until it is told to move; for tests.
class manual_clock final : public clock {
 public:
  explicit manual_clock(timestamp start = timestamp{std::chrono::days{20'000}}) : now_{start} {}

  [[nodiscard]] timestamp now() const override { return now_.load(); }

  void advance(std::chrono::microseconds by) { now_.store(now_.load() + by); }

 private:
  std::atomic<timestamp> now_;
};

} // namespace waymark
