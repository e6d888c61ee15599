#pragma once

#include "node/recorded_projections.hpp"

#include <waymark/messages/checkpoint.hpp>
#include <waymark/persistence/event_store.hpp>

#include <vector>

namespace waymark::node {

/// The records of a projection's shards, by shard; none if it never ran.
[[nodiscard]] std::vector<checkpoint> records_of(const recorded_projection& of);

/// Where the shard that is behind the others stands. @throws usage_error if it never ran.
[[nodiscard]] position_t lowest_position(const recorded_projection& of);

/// Sets the position of all shards as their owner, and forgets a stored failure. What is parked
/// stays parked, and the read model stays as it is.
/// @throws usage_error if the log has no such position; error if another process owns a shard.
void move_checkpoint(const recorded_projection& of, event_store& log, position_t to,
                     std::chrono::milliseconds owner_timeout);

} // namespace waymark::node
