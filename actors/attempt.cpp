#include "actors/attempt.hpp"

namespace waymark {

attempt_decision decide(const attempt_facts& facts, const retry_policy& retry, give_up on_give_up,
                        double random) {
  using action = attempt_decision::action;
  if (!facts.retry_is_useless && facts.attempt < retry.attempts)
    return {action::retry, next_delay(retry.backoff, facts.attempt, random)};

  if (!facts.has_key || on_give_up == give_up::stop)
    return {action::stop};
  if (facts.give_ups_in_a_row + 1 >= retry.give_ups_in_a_row)
    return {action::fail};
  return {on_give_up == give_up::park_key ? action::park : action::skip};
}

} // namespace waymark
