#pragma once

#include "node/command.hpp"

namespace waymark::node {

/// `waymark schema --store URL`: the SQL that makes waymark's tables.
[[nodiscard]] command add_schema_command(CLI::App& program);

} // namespace waymark::node
