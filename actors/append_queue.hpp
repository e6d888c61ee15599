#pragma once

#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace waymark {

/// What one caller wants appended, and where it waits for the answer.
class append_slot {
 public:
  explicit append_slot(std::vector<append_command> commands) : commands_{std::move(commands)} {}

  [[nodiscard]] std::vector<append_command>& commands() noexcept { return commands_; }

  /// Called by whoever carried the commands out. The first answer counts, later ones are dropped.
  void answer(std::vector<append_result> results);

  [[nodiscard]] bool is_answered() const noexcept { return state_.load() == state::answered; }

  /// Blocks until the answer is there.
  std::vector<append_result> wait();

 private:
  enum class state : std::uint8_t { open, answering, answered };

  std::vector<append_command> commands_;
  std::vector<append_result> results_;
  std::atomic<state> state_{state::open};
};

/// The bounded queue between the threads that append and the one that commits. It outlives the
/// append actor's incarnations, so nothing that was queued is lost with one. Thread-safe.
class append_queue {
 public:
  explicit append_queue(std::size_t max_commands) : max_commands_{max_commands} {}

  /// Waits for room, then queues. @returns whether the appender has to be woken.
  /// @throws store_error after `close`.
  [[nodiscard]] bool push(std::shared_ptr<append_slot> slot);

  /// Slots with up to `max_commands` commands in all (at least one slot if there is one); an empty
  /// answer also says that the next `push` has to wake.
  [[nodiscard]] std::vector<std::shared_ptr<append_slot>> take(std::size_t max_commands);

  /// Whether something is queued that nobody has taken.
  [[nodiscard]] bool is_waiting();

  /// No more pushes. What is queued may still be taken.
  void close();

  /// Answers everything that is left with a failure, also what was taken and is still without an
  /// answer: of that nobody knows what came of it. For the end.
  void fail_rest(const std::string& why);

 private:
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::shared_ptr<append_slot>> slots_;
  std::vector<std::shared_ptr<append_slot>> taken_; ///< Last, and perhaps without an answer yet.
  std::size_t commands_ = 0;
  const std::size_t max_commands_;
  bool awake_ = false;
  bool closed_ = false;
};

/// The same failure for each of `count` commands.
[[nodiscard]] std::vector<append_result>
failed_results(std::size_t count, const std::string& why,
               store_error::outcome known = store_error::outcome::nothing_done);

} // namespace waymark
