#pragma once

#include "actors/board.hpp"

#include <waymark/messages/status.hpp>
#include <waymark/persistence/event_store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// One status for all shards of a projection: the state that most needs attention with its reason,
/// the position furthest behind, and the sums. `shards` is not empty.
[[nodiscard]] projection_status join_status(const std::vector<board_entry>& shards,
                                            position_t head);

/// The shard that `join_status` speaks of. `shards` is not empty.
[[nodiscard]] const board_entry& most_urgent(const std::vector<board_entry>& shards);

/// Those of `shards` that stand stopped before an event: before the one at `position`, if given.
[[nodiscard]] std::vector<const board_entry*>
stopped_shards(const std::vector<board_entry>& shards, std::optional<position_t> position);

/// What can be told of a shard from memory: what its job does, and who is in its way. `own` is the
/// owner that this engine is.
[[nodiscard]] projection_evidence evidence_of(const board_entry& shard, const board& shown,
                                              const std::string& own);

/// The same with what owners elsewhere have set aside of shards that stand by, as far as the store
/// can be asked.
[[nodiscard]] std::vector<board_entry> with_foreign_counts(std::vector<board_entry> shards);

/// Adds to the evidence what the stores know: the newest event, the oldest letter, and the lock
/// that is waited for. What can't be read now is left out.
void ask_stores(projection_status& status, const board_entry& shard, event_store& log);

/// How far a projection is behind `log`. Reads at most two rows of it; what can't be read now is
/// left unknown.
[[nodiscard]] lag lag_of(const std::vector<board_entry>& shards, event_store& log);

} // namespace waymark
