#pragma once

#include "supervisors/engine_context.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string_view>

namespace waymark {

// Claims that no actor will release. What can't be released is logged, and expires.

/// Releases those that were granted to shards of a projection, or of all, that have not begun, and
/// claims no more of them together with others.
void release_unused(const engine_context& context, projection_store& records,
                    std::optional<std::string_view> projection = {});

/// Where shards whose actors are down may have claims.
[[nodiscard]] std::set<std::shared_ptr<projection_store>>
stores_with_actors_down(const engine_context& context);

/// Releases all that this engine still has in `records`, once no actor of it runs.
void release_left(const engine_context& context, projection_store& records);

} // namespace waymark
