#pragma once

#include "node/configuration/configuration.hpp"

#include <waymark/actors/projection_spec.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <memory>

namespace waymark::node {

/// The projection that a configuration describes, frozen, with its records and tables in `into`.
[[nodiscard]] spec_ptr make_projection(const sql_projection& from,
                                       std::shared_ptr<projection_store> into);

} // namespace waymark::node
