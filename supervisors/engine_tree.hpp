#pragma once

#include "actors/caf.hpp"
#include "supervisors/child_spec.hpp"
#include "supervisors/engine_context.hpp"

#include <memory>
#include <string>
#include <vector>

namespace waymark {

/// Starts the root supervisor with everything that does not belong to a projection.
[[nodiscard]] caf::actor spawn_root(caf::actor_system& system,
                                    const std::shared_ptr<engine_context>& context);

/// A pool under the role `name` and its `count` sessions; a child of "sessions".
[[nodiscard]] child_spec sessions_child(const std::shared_ptr<engine_context>& context,
                                        const std::string& name, int count);

/// Renews the engine's claims in `store`, under the role `name`; a child of "sessions", so that it
/// ends after the projections.
[[nodiscard]] child_spec renewal_child(const std::shared_ptr<engine_context>& context,
                                       const std::string& name,
                                       const std::shared_ptr<projection_store>& store);

/// Roles of the session pools of a projection.
struct shard_pools {
  std::string jobs;
  std::string saves; ///< See projection_services::save_pool.
};

/// The actor of a projection, or a supervisor over its shards; a child of "projections". Its jobs
/// run in `pools`.
[[nodiscard]] child_spec projection_child(const std::shared_ptr<engine_context>& context,
                                          const spec_ptr& spec,
                                          const std::shared_ptr<projection_store>& records,
                                          const std::shared_ptr<memory_state>& state,
                                          const shard_pools& pools);

} // namespace waymark
