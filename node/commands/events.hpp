#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark events --store URL`: events as JSON Lines, in the form that `append` reads.
[[nodiscard]] command add_events_command(CLI::App& program);

} // namespace waymark::node
