#include <waymark/messages/retry_policy.hpp>

#include "messages/deadline.hpp"

#include <algorithm>
#include <cmath>

namespace waymark {

namespace {

using std::chrono::milliseconds;

/// Rounds to whole milliseconds. Doubles above the range of the type end at its edge.
milliseconds whole_ms(double ms) noexcept {
  constexpr double edge = 9.2e18;
  return milliseconds{std::llround(std::clamp(ms, 0.0, edge))};
}

std::string in_ms(milliseconds duration) {
  return std::to_string(duration.count()) + " ms";
}

} // namespace

milliseconds next_delay(const backoff_policy& policy, int attempt, double random) noexcept {
  const auto first = static_cast<double>(policy.min.count());
  const auto cap = static_cast<double>(policy.max.count());
  if (!(first > 0))
    return milliseconds{0};
  const double grown = first * std::pow(policy.factor, std::max(attempt, 1) - 1);
  const double delay = grown < cap ? grown : cap;
  return whole_ms(delay * (1.0 + policy.jitter * (2.0 * random - 1.0)));
}

std::optional<std::string> find_mistake(const backoff_policy& policy) {
  if (policy.min < milliseconds{0})
    return "backoff.min is " + in_ms(policy.min) + "; it must not be negative";
  if (policy.max < policy.min)
    return "backoff.max (" + in_ms(policy.max) + ") is below backoff.min (" + in_ms(policy.min) +
           ")";
  if (policy.max > longest_option)
    return "backoff.max is " + in_ms(policy.max) + "; it must be at most 366 days";
  if (!std::isfinite(policy.factor) || policy.factor < 1)
    return "backoff.factor is " + std::to_string(policy.factor) + "; it must be at least 1";
  if (!(policy.jitter >= 0 && policy.jitter <= 1))
    return "backoff.jitter is " + std::to_string(policy.jitter) +
           "; it must be from 0 to 1 (0.1 is +-10 %)";
  return std::nullopt;
}

std::optional<std::string> find_mistake(const letter_retry_policy& policy) {
  if (policy.rounds < 0)
    return "retry_letters.rounds is " + std::to_string(policy.rounds) +
           "; it must not be negative (0: no rounds)";
  return find_mistake(policy.backoff);
}

std::optional<std::string> find_mistake(const retry_policy& policy) {
  if (policy.attempts < 1)
    return "retry.attempts is " + std::to_string(policy.attempts) +
           "; it counts the first try, so it must be at least 1";
  if (policy.give_ups_in_a_row < 1)
    return "retry.give_ups_in_a_row is " + std::to_string(policy.give_ups_in_a_row) +
           "; it must be at least 1";
  if (policy.max_crashes < 0)
    return "retry.max_crashes is " + std::to_string(policy.max_crashes) +
           "; it must not be negative (0: an event is never to blame for a crash)";
  return find_mistake(policy.backoff);
}

} // namespace waymark
