#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark checkpoint [FILE] show | set NAME POSITION`: the records of projections.
[[nodiscard]] command add_checkpoint_command(CLI::App& program);

} // namespace waymark::node
