#pragma once

#include "actors/exit_reason.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace waymark::testing {

/// What came back for a request.
template <class T>
struct answer {
  std::optional<T> value{};
  std::optional<std::string> error{};

  [[nodiscard]] bool arrived() const { return value || error; }
};

/// An actor system without threads and with a clock that stands still: nothing happens but by
/// `jobs` and `advance`, so a test is the same on every run. Pooled actors only: a detached one
/// would have a thread of its own.
///
/// Its end runs the actors that are left until nothing is due any more. So what they refer to has
/// to outlive it (a fixture keeps that in a base class before this one), and an actor that ticks
/// for ever has to be ended by the test.
///
/// CAF's own fixture has no part in it: it brings a main() and macros of its own, and its run()
/// fires all timeouts at once.
class caf_fixture {
 public:
  caf_fixture()
      : config_{}, system_{init(config_)},
        scheduler_{dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())} {
    system_.await_actors_before_shutdown(false); // what a test leaves behind must not hang it
    scheduler_.clock().current_time += std::chrono::hours{1};
  }

  [[nodiscard]] caf::actor_system& system() { return system_; }

  /// Runs actors until none has a message. Time stands still.
  void jobs() {
    while (scheduler_.try_run_once())
      ;
  }

  /// Lets time pass in steps, and runs what becomes due.
  void advance(std::chrono::nanoseconds time,
               std::chrono::nanoseconds step = std::chrono::milliseconds{10}) {
    jobs();
    while (time.count() > 0) {
      scheduler_.advance_time(std::min(time, step));
      time -= step;
      jobs();
    }
  }

  /// Sends a request; the answer fills once jobs have run, now or later.
  template <class T, class... Ts>
  std::shared_ptr<answer<T>> request(const caf::actor& who, Ts... message) {
    auto result = std::make_shared<answer<T>>();
    const auto ask = [result, message...](caf::event_based_actor* self, const caf::actor& to) {
      set_quiet_handlers(self);
      auto fail = [result](const caf::error& e) { result->error = render(e); };
      if constexpr (std::is_same_v<T, caf::unit_t>)
        compat::ask(self, to, caf::infinite, message...)
            .then([result] { result->value = caf::unit; }, fail);
      else
        compat::ask(self, to, caf::infinite, message...)
            .then([result](const T& value) { result->value = value; }, fail);
    };
    system_.spawn(ask, who);
    jobs();
    return result;
  }

  /// Calls `f(reason)` when the actor has ended.
  void on_end(const caf::actor& who, std::function<void(const caf::error&)> f) {
    who->attach_functor([f = std::move(f)](const caf::error& reason) { f(reason); });
  }

 private:
  static caf::actor_system_config& init(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
};

} // namespace waymark::testing
