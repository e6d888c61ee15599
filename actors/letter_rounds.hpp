#pragma once

#include <waymark/messages/dead_letter.hpp>
#include <waymark/messages/retry_policy.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace waymark {

/// What an attempt that the process ended in has for a round.
inline constexpr int left_to_a_person = -1;

/// Whether a process has ended in one of its attempts: nobody but a person tries such a letter
/// again, whatever came of other attempts, until there is a new version.
[[nodiscard]] bool is_for_a_person(const dead_letter& letter);

/// Which round of the schedule comes next for a letter. Its attempts tell, so that rounds are
/// counted over restarts. Nothing if they are used up, or if it is for a person.
[[nodiscard]] std::optional<int> next_round(const dead_letter& letter,
                                            const letter_retry_policy& policy);

/// A round of the schedule to come.
struct round_to_come {
  int round = 1;
  std::optional<timestamp> tried_at{}; ///< The letter's last attempt, from which its delay counts.
};

/// The keys among `queues` that the schedule has to retry, each with its next round.
/// @throws store_error.
[[nodiscard]] std::unordered_map<std::string, round_to_come>
next_rounds(projection_store& store, const std::string& projection,
            const std::vector<parked_queue>& queues, const letter_retry_policy& policy);

/// Adds an attempt of a projection's `version` to a letter. It clears the letter of the processes
/// that have ended in it with older ones. Of many, the last 100 stay. Those of the schedule stay
/// longest, since they tell how far it has come.
void add_attempt(dead_letter& to, int version, failed_attempt attempt);

} // namespace waymark
