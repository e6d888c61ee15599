#pragma once

#include <waymark/messages/status.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace waymark {

/// What a watchdog sees of one shard at one moment.
struct watch_facts {
  enum class work : std::uint8_t {
    none,                ///< No job is out.
    waiting_for_session, ///< A job is, and no session has it.
    in_store,
    handling,
    returned ///< The job is done, and nobody has heard of it.
  };
  projection_state state = projection_state::running;
  work at = work::none;
  std::chrono::milliseconds lasts{0};         ///< In this stage of the job.
  bool has_events = false;                    ///< The log is further than it has passed.
  std::chrono::milliseconds unchanged{0};     ///< How long it has had events and done nothing.
  std::chrono::milliseconds sessions_free{0}; ///< How long its pool has had a free one.
  std::chrono::milliseconds reading{0};       ///< How long the log has not answered its reader.
  std::chrono::milliseconds decoding{0};      ///< How long its reader has decoded one page.
};

/// When a watchdog acts; 0 is never.
struct watch_limits {
  std::chrono::milliseconds stalled_after{30'000};
  std::chrono::milliseconds handler_timeout{30'000};
};

enum class watch_verdict : std::uint8_t {
  fine,     ///< It gets on, or its state says why it does not.
  stalled,  ///< It does not get on, and what it does says why.
  log_away, ///< It does not get on, because the log does not answer.
  decoding, ///< Nor here: the log's reader hangs in authors' code.
  overdue,  ///< A handler has not come back.
  lost      ///< A message or an actor is gone: start it anew, with a new epoch.
};

/// Decides about one shard. Pure.
[[nodiscard]] watch_verdict judge(const watch_facts& facts, const watch_limits& limits) noexcept;

} // namespace waymark
