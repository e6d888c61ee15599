#pragma once

#include "actors/apply.hpp"

#include <waymark/messages/status.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

/// What is known of one shard from outside its actor; it outlives the actor's incarnations.
struct board_entry {
  spec_ptr spec;
  std::shared_ptr<projection_store> store;
  std::shared_ptr<memory_state> state; ///< effect::memory only.
  projection_status status;
  checkpoint record;
  std::optional<std::string> paused; ///< Why, if an operator wants it to stand.
  std::int64_t generation = 0;       ///< The oldest whose progress counts.
};

/// Where actors publish what they are doing, and anybody looks or waits without asking an actor: it
/// answers even if the actors are stuck. Thread-safe.
class board {
 public:
  void add(const shard_key& key, board_entry entry);
  void remove(std::string_view projection);

  void publish(const projection_status& status, const checkpoint& record);
  void count_restart(const shard_key& key);
  /// After a reset: nothing has passed, whatever actors of an older generation still publish.
  void forget_progress(std::string_view projection, std::int64_t generation, timestamp since);
  /// Published by a supervisor when an actor is gone.
  void set_state(const shard_key& key, projection_state state, const std::string& reason,
                 timestamp since);
  void set_paused(std::string_view projection, std::optional<std::string> why);
  /// The log has grown to here.
  void set_head(position_t head);
  /// It is another log, which ends here.
  void replace_head(position_t head) { head_.store(head); }

  [[nodiscard]] position_t head() const { return head_.load(); }
  [[nodiscard]] std::optional<board_entry> find(const shard_key& key) const;
  /// All shards of a projection, in order; empty if there is none of that name.
  [[nodiscard]] std::vector<board_entry> find(std::string_view projection) const;
  [[nodiscard]] std::vector<board_entry> all() const;
  [[nodiscard]] std::vector<std::string> names() const;

  /// Waits until `done`, called with the shards of `projection` after each change, says so.
  /// @returns false at the deadline.
  bool wait(std::string_view projection,
            const std::function<bool(const std::vector<board_entry>&)>& done,
            std::chrono::steady_clock::time_point deadline) const;

 private:
  [[nodiscard]] std::vector<board_entry> find_locked(std::string_view projection) const;
  void note_speed(const shard_key& key, projection_status& status, std::int64_t processed);

  struct speed {
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::int64_t>> samples;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int waiting_ = 0;
  std::map<shard_key, board_entry> entries_;
  std::map<shard_key, speed> speeds_;
  std::atomic<position_t> head_{0};
};

} // namespace waymark
