#pragma once

#include "actors/board.hpp"

#include <waymark/messages/status.hpp>
#include <waymark/persistence/event_store.hpp>

#include <vector>

namespace waymark {

/// One status for all shards of a projection: the state that most needs attention with its reason,
/// the position furthest behind, and the sums. `shards` is not empty.
[[nodiscard]] projection_status join_status(const std::vector<board_entry>& shards,
                                            position_t head);

/// How far a projection is behind `log`. Reads at most two rows of it; what can't be read now is
/// left unknown.
[[nodiscard]] lag lag_of(const std::vector<board_entry>& shards, event_store& log);

} // namespace waymark
