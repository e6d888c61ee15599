#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark check FILE`: every mistake of a configuration, also what its databases say.
[[nodiscard]] command add_check_command(CLI::App& program);

} // namespace waymark::node
