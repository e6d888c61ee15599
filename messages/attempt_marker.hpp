#pragma once

#include <waymark/messages/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace waymark {

/// How processes ended while one event was being handled. Kept with the event's marker, so a
/// success, which takes the marker away, begins anew.
struct end_counts {
  int crashes = 0;   ///< Ends by a fatal signal in the thread that ran the handler.
  int long_ends = 0; ///< Ends without such a signal, of an attempt that had lasted for long.
  int ends = 0;      ///< All ends in a row, also those that say nothing.
  friend bool operator==(const end_counts&, const end_counts&) = default;
};

/// A durable note that an event is about to be handled. It is written while a projection runs event
/// by event, because the process before ended without a release, and before each event of a replay;
/// whoever finds it later knows what was under way when a process ended.
struct attempt_marker {
  position_t position = 0;
  uuid event_id;
  std::int64_t generation = 0;
  std::optional<std::string> owner; ///< Whose attempt is under way; empty if none is.
  timestamp begun_at{};             ///< Of the latest attempt.
  end_counts counts;
  std::string last_end; ///< The latest end in words: "SIGSEGV", "no signal".
  /// The event's sequence key, if an attempt has come so far; the author's rule may be what ends
  /// the process.
  std::optional<std::string> sequence_key;
};

/// What is known about the end of a process, as seen from one marker.
struct process_end {
  std::string signal;               ///< Recorded in the thread of the attempt; empty if none.
  std::chrono::milliseconds age{0}; ///< How long it was under way, if known.
  /// It was judged to take too long before the process ended; that counts as long at any age.
  bool overdue = false;
  /// The process was ended on purpose, and not for this attempt: it counts for nothing.
  bool innocent = false;
};

/// When an event is taken to be what ends the process.
struct crash_limits {
  int max_crashes = 2;                  ///< Recorded signals; 0: an event is never to blame.
  int max_long_ends = 1;                ///< Ends without one that count as long.
  std::chrono::milliseconds long_end{1'000}; ///< From this age on.
  int max_ends = 5;                     ///< In a row, of whatever kind.
};

enum class blame : std::uint8_t {
  innocent, ///< No process ended in it.
  suspect,  ///< It goes on being handled, alone and with a marker.
  poison    ///< It is given up without running its handler again.
};

/// Counts one more process that ended with this marker open. Pure.
[[nodiscard]] attempt_marker after_end(attempt_marker marker, const process_end& end,
                                       const crash_limits& limits = {});

/// What follows from the counts. Pure.
[[nodiscard]] blame judge(const end_counts& counts, const crash_limits& limits = {});

/// Why the event is poison: "crashed the process 2 times: SIGSEGV".
[[nodiscard]] std::string describe_poison(const attempt_marker& marker,
                                          const crash_limits& limits = {});

/// The rule for an event of a replay, which is given up already, or stands behind one that is: one
/// crash is enough to leave it to a person, whatever the projection's `max_crashes` says.
[[nodiscard]] crash_limits replay_limits() noexcept;

/// The attempt that its letter then gets: "the process ended in its handler: SIGSEGV".
[[nodiscard]] std::string describe_replay_end(const attempt_marker& marker);

} // namespace waymark
