#pragma once

#include "node/command.hpp"

#include <span>

namespace waymark::node {

/// Every command of the program, in the order of its help.
[[nodiscard]] std::span<const register_command> command_list();

} // namespace waymark::node
