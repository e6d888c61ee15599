#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark run FILE`: the node itself.
[[nodiscard]] command add_run_command(CLI::App& program);

} // namespace waymark::node
