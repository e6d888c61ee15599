#include "actors/letter_schedule.hpp"

#include <algorithm>

namespace waymark {

letter_alarm letter_schedule::set(const std::string& sequence_key, int round,
                                  std::chrono::milliseconds delay) {
  planned_[sequence_key] = {++last_token_, round};
  alarms_.emplace(last_token_, sequence_key);
  return {delay, last_token_};
}

letter_alarm letter_schedule::plan(const std::string& sequence_key, const round_to_come& next,
                                   timestamp now, double random) {
  auto delay = next_delay(policy_.backoff, next.round, random);
  if (next.tried_at) {
    const auto due = *next.tried_at + delay - now;
    delay = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(due),
                       std::chrono::milliseconds{0}, delay);
  }
  return set(sequence_key, next.round, delay);
}

letter_alarm letter_schedule::put_off(const due_round& due, double random) {
  const auto delay = next_delay(policy_.backoff, due.round, random);
  return set(due.sequence_key, due.round, std::min(delay, longest_put_off));
}

std::optional<letter_schedule::due_round> letter_schedule::take(std::uint64_t token) {
  const auto alarm = alarms_.find(token);
  if (alarm == alarms_.end())
    return std::nullopt;
  auto key = std::move(alarm->second);
  alarms_.erase(alarm);
  const auto found = planned_.find(key);
  if (found == planned_.end() || found->second.token != token)
    return std::nullopt;
  const auto round = found->second.round;
  planned_.erase(found);
  return due_round{std::move(key), round};
}

void letter_schedule::forget_all() {
  planned_.clear();
  alarms_.clear();
}

} // namespace waymark
