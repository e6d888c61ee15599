#pragma once

#include "actors/session_order.hpp"

#include <string>

namespace waymark {

/// Has sessions run jobs in the order in which they came; each asker has one job out at a time, so
/// that is round robin among those who want one.
/// - (work_atom, session_order_ptr): answered as the order says
/// - (ready_atom, caf::actor): a session is there
/// - (free_atom, caf::actor): a session has run what it was told of
caf::actor spawn_session_pool(caf::local_actor& host);

/// One thread that may block on a store (detached). It tells `pool` when it is free. `name` is its
/// role.
/// - (work_atom, session_queue_ptr): there is something to run
caf::actor spawn_session(caf::local_actor& host, const caf::actor& pool, const std::string& name);

/// The role of the session whose thread this is; empty on any other.
[[nodiscard]] const std::string& current_session() noexcept;

} // namespace waymark
