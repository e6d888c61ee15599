#pragma once

#include "actors/caf.hpp"
#include "supervisors/engine_context.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace waymark {

/// What the watchdog does about what it has found. Nothing here blocks it: what may is done by the
/// actors `interrupts` and `alarms`, a thread each.
class remedies {
 public:
  /// So many handlers may wait for those threads; further ones are only named, with a line in the
  /// log.
  static constexpr int most_waiting = 1'000;

  remedies(caf::event_based_actor* self, std::shared_ptr<engine_context> context)
      : self_{self}, context_{std::move(context)} {}

  /// Has the child of that name started anew by a supervisor below the root, whose name tells it
  /// from actors elsewhere that are named alike.
  void restart_child(const char* supervisor, const std::string& child);

  /// Names a handler that has not come back and makes its projection `failed`; then its transaction
  /// is ended from outside, its session replaced, and `on_unrecoverable` called. Does nothing if
  /// the run that was `seen` is over, or was dealt with.
  void give_handler_up(const std::shared_ptr<job_meter>& job, const job_meter::view& seen,
                       std::chrono::milliseconds timeout);

  /// Names the event in whose decoding the log's reader hangs, and calls `on_unrecoverable`.
  void give_decoding_up(const work_at_hand& work, std::chrono::milliseconds timeout);

 private:
  void interrupt_then_alarm(const std::shared_ptr<job_meter>& job, const job_meter::view& seen,
                            const work_at_hand& work, const std::string& text);
  void replace_session(const job_meter& job);

  caf::event_based_actor* self_;
  std::shared_ptr<engine_context> context_;
  std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
};

} // namespace waymark
