#pragma once

#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/ledger.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <memory>

namespace waymark::sim {

/// A unit of work that fails as the plan says, and enters in the ledger what it has done once that
/// took effect. `in` is its store as the processes see it without faults.
[[nodiscard]] std::unique_ptr<unit_of_work> make_faulty(std::unique_ptr<unit_of_work> real,
                                                        fault_plan& plan, ledger& book,
                                                        projection_store& in,
                                                        const ownership& owner);

} // namespace waymark::sim
