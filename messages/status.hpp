#pragma once

#include <waymark/messages/checkpoint.hpp>
#include <waymark/messages/dead_letter.hpp>
#include <waymark/messages/evidence.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// Where one shard of a projection is in its life. None of them is silence: `projection_status`
/// has the reason beside it.
enum class projection_state : std::uint8_t {
  starting,    ///< Claims its checkpoint, or waits for what it needs to begin.
  running,     ///< Applies events, or waits for the next one at the head.
  stalled,     ///< Has events to do and does not get on; the watchdog says why.
  backing_off, ///< Waits before it tries an event or a store again.
  paused,      ///< By an operator, until resumed; or since as much is parked as may be, until
               ///< letters are settled (`projection_evidence::full`).
  stopped,     ///< Stands before an event until an operator resumes or discards (give_up::stop).
  failed,      ///< Its code or its tables are at fault; nothing is passed.
  degraded,    ///< The store can't serve now; goes on by itself when it can.
  standing_by, ///< Another owner has it; takes over when that one is gone.
  diverged,    ///< The log is not the one that the checkpoint belongs to.
  draining,    ///< Finishes what it has begun, then ends.
  ended        ///< Not running any more, e.g. after `engine.stop`.
};

/// The enumerator's name, e.g. "backing_off".
[[nodiscard]] const char* to_string(projection_state state) noexcept;
/// The state of that name; empty if there is none.
[[nodiscard]] std::optional<projection_state>
parse_projection_state(std::string_view name) noexcept;

/// It goes on only when somebody sees to it: failed (which tries again, if ever, after a long
/// time), stopped, diverged or ended. An operator's pause is no such stand.
[[nodiscard]] bool has_come_to_a_stand(projection_state state) noexcept;

/// How far a projection is behind the log.
struct lag {
  std::string projection;
  std::optional<uuid> last_event_id;   ///< Last event given to a handler; empty before the first.
  std::optional<uuid> latest_event_id; ///< The newest of the log; empty if it has none or is away.
  std::optional<std::int64_t> events;  ///< Head minus passed; empty while the head is unknown.
  /// The store's clock now minus `recorded_at` of the oldest event not passed; 0 when caught up,
  /// empty while the head is unknown.
  std::optional<double> lag_seconds;
  std::optional<std::chrono::seconds> time_to_catch_up; ///< An estimate; empty if it can't be made.
  std::int64_t events_processed = 0; ///< Given to a handler with success, since the last reset.
  std::optional<timestamp> last_processed_at;
};

/// What one shard of a projection is doing, and why.
struct projection_status {
  shard_key key;
  projection_state state = projection_state::starting;
  std::string reason; ///< Why it is in this state, for people; may be empty when running.
  /// Of the checkpoint; empty as long as the projection has none.
  std::optional<position_t> position;
  position_t passed = 0;          ///< Nothing to do up to here; at or ahead of `position`.
  std::optional<position_t> head; ///< Of the log, as far as known.
  double events_per_second = 0;
  std::int64_t restarts = 0; ///< By its supervisor, since the engine started.
  letter_counts set_aside;   ///< Letters, and what is parked behind them.
  std::optional<std::string> last_error;
  timestamp since{}; ///< When it came into this state.
  projection_evidence evidence{};
};

/// Limits of lag for `health_of`.
struct health_thresholds {
  std::chrono::seconds warning{30};
  std::chrono::seconds critical{300};
};

/// An answer for a health check.
struct health {
  enum class level : std::uint8_t { healthy, degraded, unhealthy, unknown };
  level state = level::unknown;
  int http_status = 503; ///< 200 if healthy, else 503.
  std::string reason;    ///< In words, for people.
};

/// The enumerator's name, e.g. "healthy".
[[nodiscard]] const char* to_string(health::level state) noexcept;

/// Judges a projection. Unhealthy: failed, stopped, diverged, ended, stalled by an author's code
/// that has not come back, or a lag of `critical` and more. Unknown: no checkpoint yet, or the lag
/// can't be told. Degraded: stalled otherwise, parked keys, a store that can't serve, or a lag of
/// `warning` and more. Otherwise healthy. Pure.
[[nodiscard]] health health_of(const projection_status& status, const lag& behind,
                               const health_thresholds& thresholds = {});

/// JSON with the fields' own names; what is unknown is null, times are RFC 3339.
void to_json(nlohmann::json& out, const lag& value);
void to_json(nlohmann::json& out, const projection_status& value);
void to_json(nlohmann::json& out, const health& value);

} // namespace waymark
