#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark append --store URL [FILE]`: events out of JSON Lines (see `read_event_line`).
[[nodiscard]] command add_append_command(CLI::App& program);

} // namespace waymark::node
