#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark init [DIR]`: a small working configuration with sample events.
[[nodiscard]] command add_init_command(CLI::App& program);

} // namespace waymark::node
