#pragma once

#include "node/recorded_projections.hpp"

#include <waymark/messages/checkpoint.hpp>
#include <waymark/persistence/event_store.hpp>

#include <vector>

namespace waymark::node {

/// The records of a projection's shards, by shard; none if it never ran.
[[nodiscard]] std::vector<checkpoint> records_of(const recorded_projection& of);

/// From the shard that is behind the others to the one that is ahead of them.
struct position_span {
  position_t lowest = 0;
  position_t highest = 0;

  friend bool operator==(const position_span&, const position_span&) = default;
};

/// @throws usage_error if it never ran: `records` is empty.
[[nodiscard]] position_span positions_of(const recorded_projection& of,
                                         const std::vector<checkpoint>& records);

/// Sets the position of all shards as their owner, and forgets a stored failure. What is parked
/// stays parked, and the read model stays as it is.
/// @param records  of all shards, as somebody has seen them who wants this.
/// Shard by shard: if the process dies, or is taken a shard, in between, those before it have been
/// moved; the same again moves the rest.
/// @throws usage_error if the log has no such position; error if another process owns a shard, or
///   one has moved since, and nothing is changed then; error if a shard is taken meanwhile.
void move_checkpoint(const recorded_projection& of, const std::vector<checkpoint>& records,
                     event_store& log, position_t to, std::chrono::milliseconds owner_timeout);

} // namespace waymark::node
