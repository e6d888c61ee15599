#pragma once

#include "options.hpp"

namespace history {

/// Does what the command line asked for.
/// @returns the exit status: 0, or 1 if packages differ or a file could not be read to its end.
/// @throws waymark::error, log_error or std::runtime_error if it can't be done.
[[nodiscard]] int run(const options& wanted);

} // namespace history
