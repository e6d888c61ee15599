#pragma once

#include "actors/caf.hpp"

namespace waymark {

/// A thread for calls that may block for long or for ever (detached), so that who has them made
/// goes on. They are made one after the other. Told to stop, it forgets those that wait.
/// - (work_atom, session_job)
caf::actor spawn_errands(caf::local_actor& host, const std::string& role);

} // namespace waymark
