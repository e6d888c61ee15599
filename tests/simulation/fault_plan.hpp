#pragma once

#include "tests/simulation/life.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/trace.hpp"

#include <waymark/messages/clock.hpp>

#include <functional>

namespace waymark::sim {

/// Decides at each call to a store whether it fails, and how. Every place of the path of a batch
/// asks it: before the call (nothing was done), and after it (done, but the reply is lost).
class fault_plan {
 public:
  fault_plan(rng& random, const manual_clock& time, trace& told, const spotlight& spot,
             graveyard& dead)
      : random_{random}, time_{time}, trace_{told}, spot_{spot}, dead_{dead} {}

  void set_rate(int per_mille) { rate_ = per_mille; }
  /// How often a process is killed from outside in the midst of a job.
  void set_kill_rate(int per_mille) { kill_rate_ = per_mille; }
  /// After so many more calls that write, so that it also fills up in the midst of a transaction.
  void fill_disk(int writes, std::chrono::milliseconds how_long);
  /// From now on everything works.
  void heal();

  /// @param often times as often as elsewhere it fails here, where runs seldom come by.
  /// @throws store_error that has done nothing; process_died.
  void before(const char* place, bool writes = false, int often = 1);
  /// @throws store_error with an unknown outcome; process_died.
  void after(const char* place);

  /// Between two calls of one job, work of others may come in between.
  std::function<void()> interlude;
  void others_may_run();
  [[nodiscard]] const spotlight& spot() const noexcept { return spot_; }

 private:
  void require_alive(const char* place);

  rng& random_;
  const manual_clock& time_;
  trace& trace_;
  const spotlight& spot_;
  graveyard& dead_;
  int rate_ = 0;
  int kill_rate_ = 0;
  int writes_left_ = 0; ///< Until the disk is full.
  timestamp full_until_{};
  bool inside_interlude_ = false;
};

} // namespace waymark::sim
