#pragma once

#include "node/api/settlement_json.hpp"
#include "node/command.hpp"
#include "node/configuration/configuration.hpp"
#include "node/recorded_projections.hpp"

#include <vector>

namespace waymark::node {

/// How `retry` and `discard` are to speak.
struct settle_manners {
  bool yes = false;  ///< Does not ask.
  bool json = false; ///< Prints the report as JSON.
};

/// `waymark dead-letters [FILE] retry | discard`: asks if that is called for, has the running node
/// do it or else does it here, and prints what came of it.
[[nodiscard]] exit_status settle_letters(const configuration& settings, const node_stores& stores,
                                         const std::vector<recorded_projection>& projections,
                                         settle_verb verb, settle_request wanted,
                                         const settle_manners& manners, console& terminal);

} // namespace waymark::node
