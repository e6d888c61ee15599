#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark status [FILE] [NAME]`: from the running node, or from the stores.
[[nodiscard]] command add_status_command(CLI::App& program);

} // namespace waymark::node
