#pragma once

#include <waymark/supervisors/supervision.hpp>

#include <string>
#include <vector>

namespace waymark {

/// The part of the tree, at `tree` or below, in which `projection` is listed; null if in none. It
/// says the restart kind and the deadline of the projection's child_spec.
[[nodiscard]] const supervision* supervisor_of(const supervision& tree,
                                               const std::string& projection) noexcept;

/// The supervisors between `tree` and a projection's actors, from the top: groups that it is in,
/// and the one over its shards.
[[nodiscard]] std::vector<std::string> supervisors_above(const supervision& tree,
                                                         const std::string& projection);

} // namespace waymark
