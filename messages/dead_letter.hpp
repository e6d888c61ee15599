#pragma once

#include <waymark/messages/checkpoint.hpp>

#include <vector>

namespace waymark {

/// An event given up for one projection. Unique by (projection, shard, position, generation).
struct dead_letter {
  std::int64_t id = 0; ///< Given by the store; 0 before.
  shard_key key;
  position_t position = 0;
  std::int64_t generation = 0;
  std::string sequence_key;
  int projection_version = 1;
  std::string error; ///< The last attempt's; behind it who discarded a stopped projection's event.
  std::vector<failed_attempt> attempts;
  timestamp created_at{};
  event subject; ///< Envelope and data as they stand in the log, the raw text kept.
};

/// Which letters to list.
struct letter_query {
  std::optional<std::string> projection{};
  std::optional<std::string> sequence_key{};
  std::int64_t after_id = 0;
  std::size_t limit = 100;
};

/// What a projection has set aside.
struct letter_counts {
  std::int64_t letters = 0;
  std::int64_t parked_keys = 0;
  std::int64_t parked_events = 0;
  friend bool operator==(const letter_counts&, const letter_counts&) = default;
};

} // namespace waymark
