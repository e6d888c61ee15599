#pragma once

#include "actors/handler_times.hpp"

#include <waymark/actors/projection_spec.hpp>
#include <waymark/messages/evidence.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace waymark {

/// How far one job of a shard is: told by the thread that does it, at a few stores into memory an
/// event, and looked at by anybody, even if that thread never comes back.
class job_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class stage : std::uint8_t { waiting, in_store, handling, returned };

  job_meter(shard_key key, std::string pool, spec_ptr spec, std::shared_ptr<handler_times> times);

  // For the thread that does the job.
  void enter_session(const std::string& name);
  void enter_store() noexcept { enter(stage::in_store); }
  void enter_return() noexcept { enter(stage::returned); }
  /// A handler is given `e` now. `type` is a text of the spec, which stays.
  void enter_handler(const event& e, const std::string* type, time_point now) noexcept;
  void spent(const std::string& type, std::chrono::nanoseconds time, time_point now) {
    times_->add(type, time, now);
  }

  // For who looks.
  struct view {
    stage at = stage::waiting;
    time_point since{};
    position_t position = 0;
    std::string event_type;
    uuid event_id;
  };
  [[nodiscard]] view look() const;
  [[nodiscard]] const shard_key& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& pool() const noexcept { return pool_; }
  /// Names this job among all of the process.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Which session of the pool does it; empty if none does yet.
  [[nodiscard]] std::string session() const;
  [[nodiscard]] const projection_spec& spec() const noexcept { return *spec_; }

  /// True for the first who calls it: somebody deals with its delay.
  bool take_charge() noexcept { return !in_charge_.exchange(true); }

 private:
  void enter(stage what) noexcept;

  const std::uint64_t id_;
  const shard_key key_;
  const std::string pool_;
  const spec_ptr spec_;
  const std::shared_ptr<handler_times> times_;
  std::atomic<bool> in_charge_{false};
  mutable std::mutex mutex_;
  std::string session_; ///< Guarded by mutex_.
  // Each is written by one thread at a time; a look that meets a change looks again.
  std::atomic<stage> stage_{stage::waiting};
  std::atomic<time_point::rep> since_;
  std::atomic<position_t> position_{0};
  std::atomic<const std::string*> type_{nullptr};
  std::atomic<std::uint64_t> id_high_{0};
  std::atomic<std::uint64_t> id_low_{0};
};

/// The same for people; `now` is the time of the look.
[[nodiscard]] work_at_hand to_work(const job_meter& job, job_meter::time_point now);

} // namespace waymark
