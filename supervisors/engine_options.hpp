#pragma once

#include <waymark/messages/evidence.hpp>
#include <waymark/messages/page.hpp>
#include <waymark/messages/retry_policy.hpp>
#include <waymark/messages/status.hpp>
#include <waymark/supervisors/logging.hpp>
#include <waymark/supervisors/supervision.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace waymark {

/// What can't work is refused by name; no time may be longer than 366 days, but for the deadline.
struct engine_options {
  /// How the projections are grouped; those not named stand under the default supervisor.
  std::vector<supervision> supervisors{};
  log_options log{};

  std::chrono::milliseconds drain_deadline{10'000}; ///< For `stop` and the destructor; 0: none.
  std::chrono::milliseconds owner_timeout{10'000};  ///< After which another process may claim.
  /// How often other processes' appends are looked for, besides when the store hears of one.
  std::chrono::milliseconds poll_interval{50};
  /// How often a checkpoint is saved that only events of no interest to its projection have moved.
  std::chrono::milliseconds passed_save_interval{5'000};
  /// Before a projection that is in none of `supervisors` is started again, whatever ended it: a
  /// store that is away, or a crash. So too for the outermost of `supervisors` themselves, if one
  /// has escalated. What is inside them is restarted by their own `backoff`, store or not.
  backoff_policy store_backoff{std::chrono::milliseconds{100}, std::chrono::milliseconds{30'000},
                               2.0, 0.1};
  health_thresholds health{};

  /// Whether a crash is recorded for the process that comes next, so that an event that crashes it
  /// is found and given up. Nothing is done for it until a projection finds that its owner before
  /// ended without a release; then handlers for SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL are
  /// installed, which hand on to those that were there. Without it, an event is found only after 5
  /// ends in a row. Where the record stands: docs/failures.md.
  bool record_crashes = true;

  /// A projection with events to do that has not got on for so long is shown as `stalled`; one that
  /// has missed a message is started anew. 0: never.
  std::chrono::milliseconds stalled_after{30'000};
  /// A handler that has not come back after so long makes its projection `failed`; a projection may
  /// have its own. Its thread can't be taken back: it goes on when it does come back. 0: never.
  std::chrono::milliseconds handler_timeout{30'000};
  /// Called for each such handler, and if the log's reader hangs for so long in an upcaster or
  /// `from_json`; with the event and a sentence, after a handler's transaction was ended
  /// from outside (but not later than 2 s). The calls come one after the other on a thread that
  /// makes no others, so it may block: only its own next call waits, and at most 1,000 do. What it
  /// throws is logged, and that is all. The engine keeps running if it returns, or if there is
  /// none; health is unhealthy. It must not stop the engine. Calls end with the engine, which
  /// leaves one that has not returned by the drain deadline behind: what that one uses must live
  /// on.
  std::function<void(const work_at_hand& handler, const std::string& why)> on_unrecoverable{};
  /// When a projection that has failed tries again by itself. 0: never, but `resume` has it try.
  std::chrono::milliseconds failed_retry{300'000};

  std::size_t page_events = 1'000;       ///< That are read from the log at once, at most.
  std::size_t page_bytes = 1024u * 1024; ///< Of a page, at most; one event may be longer.
  /// All pages in memory, also those that projections work on. When these leave no room, further
  /// ones are read in pieces of 16 KiB (or one event), so that no projection waits for another.
  std::size_t cache_bytes = 8u * 1024 * 1024;
  std::size_t append_queue = 10'000;          ///< Commands waiting; further callers block.
  std::size_t append_group = 1'000;           ///< Commands in one transaction.
  int threads = 0;                            ///< Of the actors, not of handlers; 0: two.
};

/// How far a rebuild is.
struct rebuild_progress {
  std::string projection;
  position_t position = 0; ///< Passed in all of its shards.
  position_t head = 0;     ///< Where it ends.
  std::int64_t handled = 0;
  bool done = false;
};

struct rebuild_options {
  /// Called on the thread that waits, about ten times a second and once at the end.
  std::function<void(const rebuild_progress&)> report{};
  std::chrono::milliseconds timeout = std::chrono::hours{24};
};

} // namespace waymark
