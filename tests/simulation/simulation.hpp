#pragma once

#include "tests/simulation/mutants.hpp"
#include "tests/simulation/tally.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::sim {

/// What a run came to.
struct report {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0; ///< Of its whole trace.
  std::int64_t steps = 0;
  std::optional<std::string> problem;
  std::string trace; ///< The last steps.
  tally seen;
};

/// Runs the world that follows from `seed`: trouble, then rest, then a drain, with all guarantees
/// checked. The same seed gives the same run.
[[nodiscard]] report simulate(std::uint64_t seed, mutant which = mutant::none);

} // namespace waymark::sim
