#pragma once

#include "actors/apply.hpp"
#include "actors/job_meter.hpp"

#include <waymark/messages/mandate.hpp>
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
  std::optional<mandate> paused; ///< On whose word it stands.
  std::int64_t generation = 0;       ///< The oldest whose progress counts.
  std::shared_ptr<handler_times> times = std::make_shared<handler_times>();
  std::shared_ptr<job_meter> job{}; ///< Under way; null if none is.
  std::uint64_t progress = 0;     ///< Counts whatever moves it.
};

/// Where actors publish what they are doing, and anybody looks or waits without asking an actor: it
/// answers even if the actors are stuck. Thread-safe.
class board {
 public:
  void add(const shard_key& key, board_entry entry);
  void remove(std::string_view projection);

  void publish(const projection_status& status, const checkpoint& record);
  void count_restart(const shard_key& key, int failures_in_a_row, timestamp next_try_at);
  void set_next_try(const shard_key& key, std::optional<timestamp> at);
  /// A job that is done from now on by a session, or waits for one. It is not that of its shard's
  /// actor.
  void add_job(const std::shared_ptr<job_meter>& job);
  /// The same for the job of its shard's actor.
  void begin_job(const std::shared_ptr<job_meter>& job);
  void end_job(const std::shared_ptr<job_meter>& job);
  /// Where the time of its handlers goes; something to forget if it is not known.
  [[nodiscard]] std::shared_ptr<handler_times> times_of(const shard_key& key) const;
  /// What the watchdog has found; it is forgotten with the next progress.
  void set_stalled(const shard_key& key, const std::string& why);
  /// After a reset: nothing has passed, whatever actors of an older generation still publish.
  void forget_progress(std::string_view projection, std::int64_t generation, timestamp since);
  /// Published by a supervisor when an actor is gone.
  void set_state(const shard_key& key, projection_state state, const std::string& reason,
                 timestamp since);
  void set_paused(std::string_view projection, std::optional<mandate> as);
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
  /// The jobs that have the sessions of a pool, also those whose actors have ended.
  [[nodiscard]] std::vector<std::shared_ptr<job_meter>> jobs_in(std::string_view pool) const;

  /// The jobs that sessions have or may still take, though their actors have ended.
  [[nodiscard]] std::vector<std::shared_ptr<job_meter>> jobs_left_behind() const;

  /// Waits until `done`, called with the shards of `projection` after each change, says so.
  /// @returns false at the deadline.
  bool wait(std::string_view projection,
            const std::function<bool(const std::vector<board_entry>&)>& done,
            std::chrono::steady_clock::time_point deadline) const;

 private:
  [[nodiscard]] std::vector<board_entry> find_locked(std::string_view projection) const;
  static void keep_evidence(board_entry& entry, const projection_status& before);
  void note_speed(const shard_key& key, projection_status& status, std::int64_t processed);

  /// Who waits is woken by its own projection only: many may change while one is waited for.
  struct waiter {
    waiter(std::string_view name, std::vector<const waiter*>& all) : projection{name}, all_{all} {
      all_.push_back(this);
    }
    ~waiter() { std::erase(all_, this); }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    std::string_view projection;
    mutable std::condition_variable changed{};

   private:
    std::vector<const waiter*>& all_;
  };
  void wake(std::string_view projection) const;
  void keep_job(const std::shared_ptr<job_meter>& job);
  void forget_returned();

  struct speed {
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::int64_t>> samples;
  };

  mutable std::mutex mutex_;
  mutable std::vector<const waiter*> waiting_;
  std::map<shard_key, board_entry> entries_;
  std::map<shard_key, speed> speeds_;
  std::vector<std::shared_ptr<job_meter>> jobs_;
  std::size_t most_jobs_ = 16; ///< With so many, those that have returned are looked for.
  std::atomic<position_t> head_{0};
};

} // namespace waymark
