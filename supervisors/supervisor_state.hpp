#pragma once

#include "actors/exit_reason.hpp"
#include "supervisors/promises.hpp"
#include "supervisors/restart_backoff.hpp"
#include "supervisors/restart_intensity.hpp"
#include "supervisors/supervisor_actor.hpp"

#include <random>
#include <vector>

namespace waymark {

/// The state and the behavior of a supervisor actor.
///
/// Nothing here waits and no message carries a plan: each child knows what is wanted of it
/// (`wanted`, `leaving`, `due`), and `progress` does whatever can be done now. It runs after every
/// message; a tick is only a reason to look again, so one that has become stale does no harm.
class supervisor_state {
 public:
  using self_ptr = caf::stateful_actor<supervisor_state>*;

  static inline const char* name = "waymark.supervisor";

  explicit supervisor_state(self_ptr self) : self_{self} {}
  ~supervisor_state();
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  /// Starts the children.
  caf::behavior make_behavior(supervisor_options options, std::shared_ptr<roster> children);

 private:
  using time_point = restart_intensity::time_point;

  struct managed {
    child_spec spec;
    restart_backoff backoff;
    restart_intensity intensity; // where each child is counted alone
    child_state wanted = child_state::running;
    caf::actor up{};        // null while down
    time_point started{};   // of `up`
    time_point due{};       // not to be started before
    time_point retry_at{};  // if it was given up and is started again by itself
    bool leaving = false;   // `up` has to go down,
    bool told = false;      // has been told so,
    time_point deadline{};  // and has time until then
    bool forgotten = false; // remove it once it is down
    std::uint64_t restarts = 0;
    std::string last_reason{};
    std::string goes_with{}; // whose failure it goes down for
    promises await_down{};
    promises await_start{};
  };
  using managed_iterator = std::vector<managed>::iterator;

  // Messages.
  caf::response_promise add(const child_spec& spec);
  caf::response_promise handle_of(const std::string& who);
  caf::response_promise stop(const std::string& who, bool forget);
  caf::response_promise restart(const std::string& who);
  caf::response_promise take_snapshot();
  void on_down(const caf::down_msg& down);
  void shut_down(caf::error reason);

  // What can be done now.
  void progress();
  void abandon_overdue();
  void retry_failed();
  void start_due();
  void start(managed& who);
  void tell_leaving();
  void tell(managed& who);
  void look_again_in(std::chrono::nanoseconds delay);

  // What follows from an end.
  void on_failure(managed& who, const caf::error& reason);
  void restart_later(managed& who, counted counts);
  void give_up(managed& who, const std::string& why, bool for_good = false);
  void escalate(managed& who);
  void report_stop(managed& who, bool comes_back);
  void on_gone(managed_iterator who);

  [[nodiscard]] managed make_child(const roster::listed& entry) const;
  [[nodiscard]] managed_iterator find(const std::string& child_name);
  [[nodiscard]] const managed* nested_with(const std::string& child_name) const;
  [[nodiscard]] bool any_leaving() const;
  [[nodiscard]] std::string limit_text(const managed& who) const;
  [[nodiscard]] child_snapshot snapshot_of(const managed& who) const;
  [[nodiscard]] time_point now() const { return self_->clock().now(); }
  [[nodiscard]] supervisor_event event(supervisor_event::kind what, const managed& who,
                                       std::string reason = {}) const;
  void report(const supervisor_event& event) const;

  template <class... Ts>
  caf::response_promise pass_on(const std::string& child_name, const Ts&... message);

  self_ptr self_;
  supervisor_options options_;
  std::shared_ptr<roster> roster_;
  restart_intensity intensity_{0, {}};
  std::minstd_rand random_;
  std::vector<managed> children_;
  bool shutting_down_ = false;
  caf::error exit_reason_;
};

} // namespace waymark
