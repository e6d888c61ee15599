#pragma once

#include <waymark/messages/checkpoint.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// What the job of one shard is doing: applying a batch, claiming, saving.
struct work_at_hand {
  enum class stage : std::uint8_t {
    waiting_for_session, ///< All sessions of its store have other work.
    in_store,            ///< Begins, commits, or waits for the store to let it.
    handling             ///< A handler runs.
  };
  shard_key who;
  stage at = stage::waiting_for_session;
  std::chrono::milliseconds lasts{0}; ///< In this stage.
  position_t position = 0;            ///< Of the event that is handled; 0 if none is.
  std::string event_type;
  std::optional<uuid> event_id;
};

/// The enumerator's name, e.g. "waiting_for_session".
[[nodiscard]] const char* to_string(work_at_hand::stage at) noexcept;

/// Another session of the database that holds what a projection waits for.
struct lock_wait {
  std::string session;     ///< As the database names it, e.g. "pid 4711".
  std::string application; ///< What it calls itself; may be empty.
  std::string doing;       ///< E.g. "idle in transaction"; may be empty.
};

/// What `explain` knows beyond a projection's state. What is not the case, or was not asked for, is
/// empty.
struct projection_evidence {
  std::optional<work_at_hand> work;
  /// Who has the sessions that `work` waits for.
  std::vector<work_at_hand> sessions_held_by;
  std::optional<lock_wait> lock; ///< Asked for by `engine::examine` only.

  std::string busiest_handler; ///< The type of event whose handler took most of the last seconds.
  double busiest_share = 0;    ///< Of the time, 0 to 1.

  std::optional<std::string> owner; ///< Who else owns it, in words.
  bool fenced = false;              ///< That owner has taken it from this process.

  int failures_in_a_row = 0; ///< Of its actor.
  std::optional<timestamp> next_try_at;

  std::optional<std::string> stalled; ///< What the watchdog has found.
  bool unrecoverable = false;         ///< A handler, or a decoding of events, has not come back.

  std::optional<position_t> stopped_before; ///< The event that a stopped projection waits at.
  bool full = false; ///< It is paused since as much is parked as may be.
  bool held = false; ///< It is paused until its reset is done.

  /// Since when a key is parked, or, if none is, there is a letter; asked for by `examine` only.
  std::optional<timestamp> parked_since;
  std::optional<timestamp> last_appended_at; ///< The newest event; asked for by `examine` only.
  /// Who holds up the appends of a log that gets nothing, and what to do about it, in words; asked
  /// for by `examine` only.
  std::string append_obstacle;
};

/// JSON with the fields' own names; what is empty is null, durations are `…_ms`.
void to_json(nlohmann::json& out, const work_at_hand& value);
void to_json(nlohmann::json& out, const lock_wait& value);
void to_json(nlohmann::json& out, const projection_evidence& value);

} // namespace waymark
