#pragma once

#include "node/command.hpp"

#include <string>
#include <vector>

namespace waymark::node {

/// Parses the arguments (without the program's name), runs the command that they name, and turns
/// whatever it throws into a sentence on `err` and an exit status.
[[nodiscard]] exit_status run_program(const std::vector<std::string>& arguments,
                                      program_context& context);

} // namespace waymark::node
