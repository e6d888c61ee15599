#pragma once

#include <waymark/supervisors/restart_strategy.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace waymark {

/// What a supervised thing is.
enum class child_kind : std::uint8_t { worker, supervisor };

/// One node of a supervision tree at one moment.
struct child_snapshot {
  std::string name;
  child_kind kind = child_kind::worker;
  child_state state = child_state::running;
  /// Starts after a failure of this child itself, since its supervisor was started.
  std::uint64_t restarts = 0;
  /// Why it last ended without having been told to; empty if it never did.
  std::string last_reason;
  /// How long until it is started again; 0 unless it is backing off.
  std::chrono::milliseconds next_try_in{0};
  /// Of a supervisor that is up, in start order.
  std::vector<child_snapshot> children;
};

} // namespace waymark
