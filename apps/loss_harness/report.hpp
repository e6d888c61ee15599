#pragma once

#include "apps/loss_harness/settings.hpp"

namespace waymark::loss {

/// What a run came to; everything but `events` has to be 0.
struct report {
  std::int64_t events = 0;
  std::int64_t lost = 0;         ///< Acknowledged, and missed by a reader.
  std::int64_t twice = 0;        ///< Seen again by a reader.
  std::int64_t out_of_order = 0; ///< Seen at or below a position already seen.
  std::int64_t holes = 0;        ///< Positions that a reader did not see.
  std::int64_t misplaced = 0;    ///< Seen at another position than was acknowledged.
  std::int64_t undead = 0;       ///< Rolled back, and seen.

  [[nodiscard]] bool good() const noexcept;
};

/// Compares what the writers were told with what each reader saw.
[[nodiscard]] report compare(const settings& all);

} // namespace waymark::loss
