#pragma once

#include <atomic>
#include <chrono>

namespace waymark {

/// Says since when a thread waits for something outside, such as a store. Thread-safe.
class pulse {
 public:
  using clock = std::chrono::steady_clock;

  /// The wait ends with this.
  class beat {
   public:
    explicit beat(pulse& of) noexcept : of_{of} {
      of_.since_.store(clock::now().time_since_epoch().count());
    }
    ~beat() { of_.since_.store(0); }
    beat(const beat&) = delete;
    beat& operator=(const beat&) = delete;

   private:
    pulse& of_;
  };

  /// How long it has waited; 0 if it does not.
  [[nodiscard]] std::chrono::milliseconds waits(clock::time_point now) const noexcept {
    const auto since = since_.load();
    if (since == 0)
      return std::chrono::milliseconds{0};
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        now - clock::time_point{clock::duration{since}});
  }

 private:
  std::atomic<clock::rep> since_{0};
};

} // namespace waymark
