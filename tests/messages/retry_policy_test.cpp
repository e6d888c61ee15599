#include <waymark/messages/retry_policy.hpp>

#include "tests/catch.hpp"

#include <climits>
#include <limits>

using namespace std::chrono_literals;
using namespace Catch::Matchers;
using waymark::backoff_policy;
using waymark::next_delay;
using waymark::retry_policy;

TEST_CASE("retry policy: the defaults are 3 attempts, 2 s, doubled, +-10 %") {
  const retry_policy policy;
  CHECK(policy.attempts == 3);
  CHECK(next_delay(policy.backoff, 1, 0.5) == 2s);
  CHECK(next_delay(policy.backoff, 2, 0.5) == 4s);
  CHECK(next_delay(policy.backoff, 3, 0.5) == 8s);
  CHECK(next_delay(policy.backoff, 5, 0.5) == 32s);
  CHECK(next_delay(policy.backoff, 6, 0.5) == 60s);
  CHECK(next_delay(policy.backoff, 1, 0.0) == 1800ms);
  CHECK(next_delay(policy.backoff, 1, 0.75) == 2100ms);
  CHECK(next_delay(policy.backoff, 6, 0.0) == 54s);
}

TEST_CASE("retry policy: no attempt is too many") {
  CHECK(next_delay({}, 1000, 0.5) == 60s);
  CHECK(next_delay({}, INT_MAX, 0.5) == 60s);
  CHECK(next_delay({}, 0, 0.5) == 2s);
  CHECK(next_delay({}, INT_MIN, 0.5) == 2s);
}

TEST_CASE("retry policy: no setting overflows") {
  constexpr auto longest = std::chrono::milliseconds::max();
  CHECK(next_delay({longest, longest, 2.0, 1.0}, 1000, 0.999) > 100'000'000h);
  CHECK(next_delay({0ms, 10s}, 7, 0.5) == 0ms);
  CHECK(next_delay({5ms, 10s, 1.0, 0.0}, 999, 0.9) == 5ms);
  CHECK(next_delay({100ms, 10s, 10.0, 1.0}, 1, 0.0) == 0ms);
}

TEST_CASE("retry policy: mistakes are told in words") {
  CHECK_FALSE(find_mistake(retry_policy{}));
  CHECK_FALSE(find_mistake(retry_policy{.attempts = 5, .backoff = {100ms, 10s}}));
  CHECK_THAT(*find_mistake(retry_policy{.attempts = 0}), ContainsSubstring("at least 1"));
  CHECK_THAT(*find_mistake(backoff_policy{.min = -1ms}), ContainsSubstring("backoff.min is -1 ms"));
  CHECK_THAT(*find_mistake(backoff_policy{.min = 2s, .max = 1s}),
             ContainsSubstring("backoff.max (1000 ms) is below backoff.min (2000 ms)"));
  CHECK_THAT(*find_mistake(backoff_policy{.max = std::chrono::milliseconds::max()}),
             ContainsSubstring("at most 366 days"));
  CHECK_THAT(*find_mistake(backoff_policy{.factor = 0.5}), ContainsSubstring("at least 1"));
  CHECK(find_mistake(backoff_policy{.factor = std::numeric_limits<double>::quiet_NaN()}));
  CHECK(find_mistake(backoff_policy{.jitter = -0.1}));
  CHECK_THAT(*find_mistake(backoff_policy{.jitter = 10}), ContainsSubstring("from 0 to 1"));
  CHECK(find_mistake(backoff_policy{.jitter = std::numeric_limits<double>::quiet_NaN()}));
}
