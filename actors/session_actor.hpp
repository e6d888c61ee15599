#pragma once

#include "actors/caf.hpp"

#include <functional>
#include <memory>
#include <string>

namespace waymark {

/// Work for a session: runs on its thread and never throws. What it finds out it leaves where its
/// maker can see it once the answer has come.
using session_job = std::shared_ptr<const std::function<void()>>;

/// Gives jobs to sessions in the order in which they came; each asker has one job out at a time, so
/// that is round robin among those who want one. A job whose session died is answered with an
/// error: whether it had an effect is not known then.
/// - (work_atom, session_job) -> void, when the job has run
/// - (ready_atom, caf::actor): a session is free
caf::actor spawn_session_pool(caf::local_actor& host, const std::string& role);

/// One thread that may block on a store (detached). It tells `pool` when it is free. `name` is its
/// role.
/// - (work_atom, session_job) -> void
caf::actor spawn_session(caf::local_actor& host, const caf::actor& pool, const std::string& name);

/// The role of the session whose thread this is; empty on any other.
[[nodiscard]] const std::string& current_session() noexcept;

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::session_job)
