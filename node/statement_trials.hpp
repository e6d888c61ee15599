#pragma once

#include "node/configuration/configuration.hpp"
#include "node/configuration/mistake.hpp"

#include <string>
#include <vector>

namespace waymark::node {

/// What trying a configuration against its surroundings came to.
struct trial_report {
  std::vector<configuration_mistake> mistakes; ///< What a database says of a statement, and so on.
  std::vector<std::string> notes;              ///< What could not be tried, and why, as sentences.
};

/// Has every database prepare the statements of its projections, after their tables were made, and
/// rolls that back: nothing is changed, no file is made. A SQLite file that is not there yet is
/// tried in memory; a server that can't be reached gets a note. The socket must have a place.
[[nodiscard]] trial_report try_outside(const configuration& in);

} // namespace waymark::node
