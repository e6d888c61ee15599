#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark tree [FILE]`: the supervision tree of the running node.
[[nodiscard]] command add_tree_command(CLI::App& program);

} // namespace waymark::node
