#pragma once

#include "node/api/settlement_json.hpp"
#include "node/configuration/configuration.hpp"
#include "node/node_stores.hpp"
#include "node/recorded_projections.hpp"

#include <vector>

namespace waymark::node {

/// Settles letters where no node runs: claims the projections concerned as the node would, and
/// stops them again, also when a signal asks for it. Meanwhile they project what is new in the log
/// too. Holds the node_lock.
/// @throws usage_error if a projection has another version in its configuration than in its
///   tables, since a start would change them; error if a node begins to run; what the engine
///   throws.
[[nodiscard]] settle_report settle_alone(const configuration& settings, const node_stores& stores,
                                         const std::vector<recorded_projection>& concerned,
                                         settle_verb verb, const settle_request& wanted);

} // namespace waymark::node
