#pragma once

#include "tests/simulation/mutants.hpp"

namespace waymark::sim {

/// A projection store that is wrong in the way of one mutant.
[[nodiscard]] std::shared_ptr<projection_store>
make_broken(mutant which, std::shared_ptr<projection_store> real, rng& random);

} // namespace waymark::sim
