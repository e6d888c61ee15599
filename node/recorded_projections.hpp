#pragma once

#include "node/configuration/configuration.hpp"
#include "node/node_stores.hpp"

#include <waymark/actors/projection_spec.hpp>

#include <memory>
#include <string>
#include <vector>

namespace waymark::node {

/// A projection, and the store that its records and letters are in.
struct recorded_projection {
  spec_ptr spec;
  std::shared_ptr<projection_store> in;
};

/// All of a configuration and `more`, which are written in C++; without those in memory, whose
/// records end with their process.
[[nodiscard]] std::vector<recorded_projection>
recorded_projections(const configuration& of, const node_stores& stores,
                     const std::vector<spec_ptr>& more);

/// The one of that name. @throws usage_error if there is none.
[[nodiscard]] const recorded_projection& find(const std::vector<recorded_projection>& all,
                                              const std::string& name);

} // namespace waymark::node
