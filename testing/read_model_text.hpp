#pragma once

#include <waymark/actors/projection_spec.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <set>
#include <string>

namespace waymark::testing {

/// The names of all tables of a store.
[[nodiscard]] std::set<std::string> table_names(projection_store& records);

/// All rows of every table that is not among `before`, a line each, sorted.
[[nodiscard]] std::string tables_text(projection_store& records,
                                      const std::set<std::string>& before);

/// The letters and the number of parked events of a projection's current generation, and for tables
/// how many events were handled (memory handles them anew in each process).
[[nodiscard]] std::string record_text(projection_store& records, const projection_spec& spec);

} // namespace waymark::testing
