#pragma once

#include "actors/letter_rounds.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace waymark {

/// Call back with `token` after `delay`.
struct letter_alarm {
  std::chrono::milliseconds delay{0};
  std::uint64_t token = 0;
};

/// When the parked keys of one shard are retried by themselves: of each key the next round, if it
/// has one. Without a clock: a plan is an alarm for the caller to set, and `take` says what is due.
class letter_schedule {
 public:
  static constexpr std::chrono::milliseconds longest_put_off{60'000};

  struct due_round {
    std::string sequence_key;
    int round = 0;
  };

  explicit letter_schedule(letter_retry_policy policy) : policy_{std::move(policy)} {}

  /// The next round of a key, in place of one that was planned before. Its delay counts from the
  /// last attempt, if `next` tells of it, so that a process that is restarted often comes to it.
  /// `random` in [0, 1), for jitter.
  [[nodiscard]] letter_alarm plan(const std::string& sequence_key, const round_to_come& next,
                                  timestamp now, double random);
  /// A round that was due and could not be tried is looked at again soon.
  [[nodiscard]] letter_alarm put_off(const due_round& due, double random);

  /// The round whose alarm this is, once. Nothing if another has taken its place since.
  [[nodiscard]] std::optional<due_round> take(std::uint64_t token);

  /// Nothing is parked for the key any more.
  void forget(const std::string& sequence_key) { planned_.erase(sequence_key); }
  void forget_all();

 private:
  struct planned {
    std::uint64_t token = 0;
    int round = 0;
  };

  letter_alarm set(const std::string& sequence_key, int round, std::chrono::milliseconds delay);

  letter_retry_policy policy_;
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::string, planned> planned_;      ///< The next one of each key.
  std::unordered_map<std::uint64_t, std::string> alarms_; ///< Whose key each is for.
};

} // namespace waymark
