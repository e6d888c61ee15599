#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace waymark {

/// Lets one attempt at a time be under way with a marker, so that it is known which one took the
/// process with it. Only threads that may block (sessions) wait for it.
///
/// Whoever holds it for longer than `patience` loses it: if the process ends then, the age of that
/// attempt says enough, and a handler that never returns must not hold up all other projections.
class baton {
 public:
  explicit baton(std::chrono::milliseconds patience) : patience_{patience} {}

  /// The one of this process.
  [[nodiscard]] static baton& of_process();

  /// Waits for its turn. A thread that holds it already does not wait.
  /// @returns a ticket for `give`; 0 if this thread held it already.
  [[nodiscard]] std::uint64_t take();

  /// Nothing happens if somebody else holds it by now.
  void give(std::uint64_t ticket) noexcept;

  /// Holds the baton from its turn on.
  class turn {
   public:
    explicit turn(baton& of) : of_{of}, ticket_{of.take()} {}
    ~turn() { of_.give(ticket_); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

   private:
    baton& of_;
    const std::uint64_t ticket_;
  };

 private:
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t holder_ = 0;
  std::thread::id thread_;
  std::chrono::steady_clock::time_point since_;
};

} // namespace waymark
