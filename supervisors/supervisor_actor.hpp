#pragma once

#include <waymark/supervisors/child_snapshot.hpp>
#include <waymark/supervisors/supervision.hpp>

#include "actors/atoms.hpp"
#include "supervisors/child_spec.hpp"
#include "supervisors/roster.hpp"
#include "supervisors/supervisor_event.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace waymark {

/// How one supervisor works; the meanings are those of `supervision`.
struct supervisor_options {
  std::string name;
  restart_strategy strategy = restart_strategy::one_for_one;
  int intensity = 5;
  std::chrono::milliseconds period{30'000};
  on_intensity at_limit = on_intensity::escalate;
  backoff_policy backoff{std::chrono::milliseconds{100}, std::chrono::milliseconds{30'000}};
  /// After which a child that was given up is started again by itself; 0: never.
  std::chrono::milliseconds failed_retry{0};
  supervisor_observer observer{};
  std::uint64_t seed = 0; ///< Of the backoff's jitter.
  /// Whether children are told to end at the same time when it ends itself. For children that do
  /// not need each other.
  bool ends_at_once = false;
};

/// Starts a supervisor over the children in `children`, which it starts in order before it looks at
/// any message. `host` is the actor or the system that spawns it.
///
/// It ends when it is told to (`compat::stop_now`), with the reason given, after its children have
/// gone down, in reverse order or all at once as the options say; or, when it escalates, with
/// `exit_code::restart_limit`. Should it be killed, its children are told to stop and nobody waits
/// for them.
///
/// Requests; those with a name are passed on to the nested supervisor that has the child:
/// - (add_child_atom, child_spec) -> void, once the child was started or has to back off
/// - (child_atom, name) -> caf::actor, the incarnation that is up
/// - (stop_child_atom, name) -> void once it is down; it stays listed, `stopped`
/// - (remove_child_atom, name) -> void once it is down; it is forgotten. Also below a supervisor
///   that is down.
/// - (restart_child_atom, name) -> void once it was started; from any state, backoff and counts
///   begin anew. If it can't be started the answer is the error, and it backs off like any child.
/// - (snapshot_atom) -> child_snapshot of this supervisor and all below
/// The answer to anything else, and about an unknown name, is an error whose `render` says why.
caf::actor spawn_supervisor(caf::local_actor& host, supervisor_options options,
                            std::shared_ptr<roster> children);
caf::actor spawn_supervisor(caf::actor_system& host, supervisor_options options,
                            std::shared_ptr<roster> children);

/// The same as a child of another supervisor.
[[nodiscard]] child_spec nested_supervisor(supervisor_options options,
                                           std::shared_ptr<roster> children);

/// Supervisors as a user described them, without projections yet: add these by add_child_atom, each
/// finds its place by its name.
struct supervision_plan {
  supervisor_options options;
  std::shared_ptr<roster> children;
};
[[nodiscard]] supervision_plan
plan_supervision(const supervision& tree, const supervisor_observer& observer, std::uint64_t seed,
                 std::chrono::milliseconds failed_retry = std::chrono::milliseconds{0});

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::child_snapshot)
