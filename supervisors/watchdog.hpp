#pragma once

#include "actors/caf.hpp"
#include "supervisors/engine_context.hpp"

#include <memory>

namespace waymark {

/// Looks at what every shard does and has it dealt with if it does not get on (see watch_rule.hpp):
/// a stall is shown and logged; a handler that does not come back is given up, and after a lost
/// message the shard's actor is started anew (remedies.hpp). It reads the board and the meters of
/// the jobs, so it sees those who hang, and waits for nobody itself. A thread of its own
/// (detached), so that busy schedulers do not hold it up.
caf::actor spawn_watchdog(caf::local_actor& host, std::shared_ptr<engine_context> context);

} // namespace waymark
