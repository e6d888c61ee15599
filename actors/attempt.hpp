#pragma once

#include <waymark/messages/policies.hpp>
#include <waymark/messages/retry_policy.hpp>

#include <chrono>
#include <cstdint>

namespace waymark {

/// How an attempt at an event has failed, as far as the decision about it needs to know. The event
/// is at fault: what the store or the projection has to answer for is not decided here.
struct attempt_facts {
  int attempt = 1;            ///< Which try has just failed: 1, 2, 3 …
  /// The outcome can't change, as with data that can't be decoded, or `retry_if` says so: it was
  /// asked where the author's code may take its time.
  bool retry_is_useless = false;
  bool has_key = true;        ///< False if no sequence key could be computed.
  int give_ups_in_a_row = 0;  ///< Events given up since the last success.
};

/// What to do about it.
struct attempt_decision {
  enum class action : std::uint8_t {
    retry, ///< Try the event again after `delay`.
    park,  ///< Write a letter and park the key.
    skip,  ///< Write a letter and go on with the key.
    stop,  ///< Keep the failure in the checkpoint row and wait for an operator.
    fail,  ///< Too many were given up: the projection is at fault. Pass nothing, write nothing.
  };
  action what = action::retry;
  std::chrono::milliseconds delay{0}; ///< Of a retry.
};

/// The heart of the failure rules (guarantees G4 and G5): failure x attempt x policy -> what to do.
/// Pure: `random` in [0, 1) decides the jitter.
[[nodiscard]] attempt_decision decide(const attempt_facts& facts, const retry_policy& retry,
                                      give_up on_give_up, double random);

} // namespace waymark
