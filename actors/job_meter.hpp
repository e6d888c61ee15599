#pragma once

#include "actors/handler_times.hpp"

#include <waymark/actors/projection_spec.hpp>
#include <waymark/messages/evidence.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace waymark {

/// How far one job of a shard is: told by the thread that does it, at a few stores into memory an
/// event, and looked at by anybody, even if that thread never comes back.
class job_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class stage : std::uint8_t { waiting, in_store, handling, returned };

  /// `store` is where the job's transactions are; it may be null if nobody ends them.
  job_meter(shard_key key, std::string pool, spec_ptr spec, std::shared_ptr<handler_times> times,
            std::shared_ptr<projection_store> store = nullptr);

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
    std::uint64_t run = 0; ///< Names this stage at this event; 0 if it changed all the while.
  };
  [[nodiscard]] view look() const;
  [[nodiscard]] bool returned() const noexcept { return stage_.load() == stage::returned; }

  /// Keeps the job where it is as long as this lives: its thread can't enter another stage, nor
  /// begin with the next event.
  class hold {
   public:
    explicit hold(job_meter& of) noexcept : of_{&of} {}
    hold(hold&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
    hold& operator=(hold&&) = delete;
    ~hold() {
      if (of_)
        of_->let_go();
    }

   private:
    job_meter* of_;
  };
  /// Holds the very run that was seen; empty if the job has gone on, or somebody holds it already.
  [[nodiscard]] std::optional<hold> hold_in(const view& seen) noexcept;
  [[nodiscard]] const shard_key& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& pool() const noexcept { return pool_; }
  /// Names this job among all of the process.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Which session of the pool does it; empty if none does yet.
  [[nodiscard]] std::string session() const;
  [[nodiscard]] const projection_spec& spec() const noexcept { return *spec_; }
  [[nodiscard]] projection_store* store() const noexcept { return store_.get(); }

  /// True for the first who asks about this run: somebody deals with its delay.
  bool take_charge(const view& seen) noexcept {
    overdue_at_ = seen.position;
    return in_charge_.exchange(seen.run) != seen.run;
  }
  /// The event whose run somebody took charge of last; 0 if nobody did.
  [[nodiscard]] position_t overdue_at() const noexcept { return overdue_at_; }

 private:
  static constexpr std::uint64_t held = 1;
  static constexpr std::uint64_t changing = 2;
  static constexpr std::uint64_t one_run = 4;

  void enter(stage what) noexcept;
  void begin_change() noexcept;
  void end_change() noexcept;
  void let_go() noexcept;

  const std::uint64_t id_;
  const shard_key key_;
  const std::string pool_;
  const spec_ptr spec_;
  const std::shared_ptr<handler_times> times_;
  const std::shared_ptr<projection_store> store_;
  std::atomic<std::uint64_t> in_charge_{0};
  std::atomic<position_t> overdue_at_{0};
  mutable std::mutex mutex_;
  std::string session_; ///< Guarded by mutex_.
  /// Counts the runs in steps of `one_run`. Who holds one adds `held` to the number that it has
  /// seen, so that the next change waits; a look that meets `changing` looks again.
  std::atomic<std::uint64_t> turn_{one_run};
  // Each is written by one thread at a time, during a change.
  std::atomic<stage> stage_{stage::waiting};
  std::atomic<time_point::rep> since_;
  std::atomic<position_t> position_{0};
  std::atomic<const std::string*> type_{nullptr};
  std::atomic<std::uint64_t> id_high_{0};
  std::atomic<std::uint64_t> id_low_{0};
};

/// The same for people; `now` is the time of the look.
[[nodiscard]] work_at_hand to_work(const job_meter& job, job_meter::time_point now);
[[nodiscard]] work_at_hand to_work(const shard_key& who, const job_meter::view& seen,
                                   job_meter::time_point now);

} // namespace waymark
