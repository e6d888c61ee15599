#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace waymark {

/// Exponential backoff: `min`, then times `factor` for each further attempt, at most `max`, and
/// each delay moved by up to +-`jitter` of itself so that many do not retry in step. `max` is 366
/// days at most.
struct backoff_policy {
  std::chrono::milliseconds min{2'000};
  std::chrono::milliseconds max{60'000};
  double factor = 2.0;
  double jitter = 0.1;
};

/// The delay before attempt `attempt` + 1, where `attempt` (1, 2, 3 …) has just failed. `random` is
/// a number in [0, 1) and decides the jitter: 0.5 gives the delay itself. Pure.
[[nodiscard]] std::chrono::milliseconds next_delay(const backoff_policy& policy, int attempt,
                                                   double random) noexcept;

/// How often an event is tried before it is given up.
struct retry_policy {
  int attempts = 3; ///< Tries in all; 1 means no retry.
  backoff_policy backoff{};
  /// Whether an error (its text) is worth a retry; empty means every one is. Several threads may
  /// call it at once, so it keeps no state; `handler_timeout` is for it too.
  std::function<bool(const std::string& error_text)> retry_if{};
  /// So many events given up in a row, without a success between, and the projection itself is
  /// taken to be at fault: it fails instead of writing the last letter.
  int give_ups_in_a_row = 10;
  /// After so many processes that ended by a fatal signal (SIGSEGV, abort …) in the event's handler
  /// the event is given up without running it again. 0: never; then the crashes go on until a
  /// person acts. See attempt_marker.hpp for ends that leave no signal.
  int max_crashes = 2;
};

/// How often waymark retries the letters of parked keys by itself.
struct letter_retry_policy {
  backoff_policy backoff{std::chrono::minutes{1}, std::chrono::hours{1}}; ///< Between rounds.
  /// At most so many for each letter, over restarts too: its attempts tell the round. A letter that
  /// a process has ended in is left to a person. 0 is what a projection has that does not ask for
  /// rounds; who asks names the number.
  int rounds = 0;
};

/// Says what is wrong with a policy, or nothing.
[[nodiscard]] std::optional<std::string> find_mistake(const backoff_policy& policy);
[[nodiscard]] std::optional<std::string> find_mistake(const retry_policy& policy);
[[nodiscard]] std::optional<std::string> find_mistake(const letter_retry_policy& policy);

} // namespace waymark
