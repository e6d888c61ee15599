#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark dead-letters [FILE] list | show | retry | discard | export`: the events that
/// projections gave up.
[[nodiscard]] command add_dead_letters_command(CLI::App& program);

} // namespace waymark::node
