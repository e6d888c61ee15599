#pragma once

#include "node/configuration/configuration.hpp"

#include <waymark/actors/projection_spec.hpp>

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace waymark::node {

/// What the stores tell of the projections while no node runs, in the form of the node's answer to
/// /v1/projections; the state is "not_running".
/// @throws nobody_there if the log is not there or can't be reached.
[[nodiscard]] nlohmann::json stored_status(const configuration& of,
                                           const std::vector<spec_ptr>& more);

} // namespace waymark::node
