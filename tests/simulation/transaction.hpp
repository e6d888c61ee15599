#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <string>
#include <utility>
#include <vector>

namespace waymark::sim {

/// What one unit of work has done in the database, seen from outside of the code under test.
struct transaction {
  using place = std::pair<std::string, position_t>; ///< Sequence key and position.

  ownership by;
  checkpoint_advance advance;
  std::vector<position_t> effects; ///< In order, as far as they are rows of a database.
  std::vector<place> parked;
  std::vector<place> unparked;
  std::vector<dead_letter> written;
  std::vector<dead_letter> changed;
  std::vector<std::pair<std::int64_t, settlement>> settled; ///< By the letter's id.
  bool takes_marker_away = false;

  /// A batch, or an event that is given up, and not a replay.
  [[nodiscard]] bool is_live() const noexcept { return advance.to > advance.from; }
};

} // namespace waymark::sim
