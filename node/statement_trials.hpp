#pragma once

#include "node/configuration/configuration.hpp"
#include "node/configuration/mistake.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::node {

/// What trying a configuration against its surroundings came to.
struct trial_report {
  std::vector<configuration_mistake> mistakes; ///< What a database says of a statement, and so on.
  std::vector<std::string> notes;              ///< What else there is to say, as sentences.
  std::size_t untried = 0;                     ///< Databases that could not be asked.
};

/// Has every database try the statements of its projections, after their tables were made, in vain
/// (`projection_store::try_statements`): nothing is changed, no file is made. A server that can't
/// be reached gets a note, and so does a projection that fits its tables only after the rebuild of
/// its new version. The socket must have a place.
[[nodiscard]] trial_report try_outside(const configuration& in);

} // namespace waymark::node
