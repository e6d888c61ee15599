#pragma once

#include <waymark/supervisors/restart_strategy.hpp>

#include "actors/caf.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace waymark {

class roster;

/// How a supervisor starts, restarts and stops one child.
struct child_spec {
  /// Unique among all workers and supervisors of a tree.
  std::string name;

  /// Starts an incarnation, e.g. by `supervisor.spawn(...)`; called on the supervisor's thread for
  /// every start, so it must not block. What it throws is the end of an incarnation that did not
  /// live: it is handled as if the child had ended with `from_exception` of it.
  std::function<caf::actor(caf::local_actor& supervisor)> start;

  restart_kind restart = restart_kind::permanent;

  /// How long the child may take to end when it is told to. Then it is killed and abandoned.
  std::chrono::milliseconds shutdown{5'000};

  /// For a child that is a supervisor: its children, which outlive its incarnations. Null else.
  std::shared_ptr<roster> nested{};
};

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::child_spec)
