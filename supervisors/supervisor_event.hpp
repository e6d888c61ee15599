#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace waymark {

/// Something a supervisor did or saw, for logs and counters.
struct supervisor_event {
  enum class kind : std::uint8_t {
    started,    ///< An incarnation of a child runs.
    ended,      ///< A child ended and, by its restart kind, that is that.
    restarting, ///< A child ended and is started again after `delay`.
    stopped,    ///< A child went down as told: by name, with the group, or with the supervisor.
    abandoned,  ///< A child did not go down by its deadline; it was killed and left behind.
    failed,     ///< A child was given up; it waits for an operator.
    escalated,  ///< The supervisor itself fails because of `child`.
  };

  kind what;
  std::string supervisor;
  std::string child;
  /// For a person; empty for `started`, and for `stopped` unless it is started again with others.
  std::string reason{};
  int attempt = 0; ///< `restarting`: failures in a row.
  /// `failed`: until it tries again by itself; 0: never. `stopped`: until it is started again.
  std::chrono::milliseconds delay{0};
  bool store_fault = false; ///< `restarting`: because of a store, so not counted.
};

/// How the reason of a child begins that went down without a failure of its own, and comes back.
inline constexpr std::string_view restarted{"restarted "};

/// Called on the supervisor's thread, so it must not block; supervisors of a tree share one and
/// call it at the same time. What it throws is ignored.
using supervisor_observer = std::function<void(const supervisor_event&)>;

} // namespace waymark
