#pragma once

#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/ledger.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <memory>

namespace waymark::sim {

/// A projection store that fails as the plan says and enters in the ledger what took effect.
[[nodiscard]] std::shared_ptr<projection_store> make_faulty(std::shared_ptr<projection_store> real,
                                                            fault_plan& plan, ledger& book);

} // namespace waymark::sim
