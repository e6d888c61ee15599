#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

namespace waymark::sqlite {

/// Decides who writes next in a database that has one writer. Waiting appends go first, in the
/// order they came; then units of work in theirs. So that appends that never end do not starve the
/// projections, a waiting unit of work gets its turn after two appends in a row at the latest.
///
/// The gate is handed over, never thrown open: nobody can overtake who waits.
class write_gate {
 public:
  enum class who : std::uint8_t { append, unit_of_work };

  /// How many appends in a row go before a waiting unit of work.
  static constexpr int appends_in_a_row = 2;

  /// Waits for its turn. @throws usage_error if this thread holds the gate already: it would wait
  /// for itself.
  void enter(who as);
  void leave() noexcept;

  /// Waits `at_most`, before all others. False if its turn did not come; for what is short and done
  /// again later.
  [[nodiscard]] bool enter_first(std::chrono::milliseconds at_most);

  /// Enters if nobody is inside or waiting.
  [[nodiscard]] bool try_enter() noexcept;

  [[nodiscard]] bool held_by_this_thread() const noexcept;

  /// How many wait at this moment; for tests and status.
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  struct waiter {
    std::condition_variable turn;
    bool called = false;
  };
  void call_next() noexcept;

  mutable std::mutex mutex_;
  bool busy_ = false;
  std::thread::id holder_;
  int appends_since_unit_ = 0;
  std::deque<waiter*> first_;
  std::deque<waiter*> appends_;
  std::deque<waiter*> units_;
};

} // namespace waymark::sqlite
