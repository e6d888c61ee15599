#pragma once

#include "actors/caf.hpp"
#include "supervisors/engine_context.hpp"

#include <memory>

namespace waymark {

/// Looks at what every shard does and has it dealt with if it does not get on (see watch_rule.hpp):
/// a stall is shown and logged; a handler that does not come back makes its projection `failed`,
/// its transaction is ended as far as the store can, and its session is replaced if the store has
/// several; after a lost message the shard's actor is started anew. It reads the board and the
/// meters of the jobs, so it sees those who hang. A thread of its own (detached), because it asks
/// stores and calls `engine_options::on_unrecoverable`.
caf::actor spawn_watchdog(caf::local_actor& host, std::shared_ptr<engine_context> context);

} // namespace waymark
