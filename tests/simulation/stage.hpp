#pragma once

#include "actors/projection_jobs.hpp"
#include "tests/simulation/marker_book.hpp"
#include "tests/simulation/mutants.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/trace.hpp"

namespace waymark::sim {

/// What all parts of a simulated world share.
struct stage {
  rng& random;
  manual_clock& time;
  trace& told;
  author& code;
  spotlight& spot;
  marker_book& markers;
  mutant which = mutant::none;
  std::int64_t last_claim = 0;
};

} // namespace waymark::sim
