#pragma once

#include "node/console.hpp"
#include "node/interruption.hpp"

#include <waymark/supervisors/engine.hpp>

#include <string>
#include <vector>

namespace waymark::node {

/// How a wait for all projections ended.
struct catch_up_report {
  position_t head = 0;                ///< Of the log when the wait began: how far to go.
  bool interrupted = false;           ///< By a signal.
  std::vector<std::string> standing;  ///< Why a projection will not get there, a sentence each.
  std::vector<std::string> set_aside; ///< What projections gave up on the way, a sentence each.
  [[nodiscard]] bool reached() const noexcept { return !interrupted && standing.empty(); }
};

/// Waits until every projection of the engine has passed the head of now or stands, or a signal
/// comes; shows progress on a terminal.
[[nodiscard]] catch_up_report wait_until_caught_up(engine& on, const interruption& signals,
                                                   console& terminal);

} // namespace waymark::node
