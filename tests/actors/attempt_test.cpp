#include "tests/catch.hpp"

#include "actors/attempt.hpp"

namespace waymark::test {

using what = attempt_decision::action;

TEST_CASE("every failure, attempt and policy has one decision") {
  constexpr give_up policies[] = {give_up::park_key, give_up::skip_event, give_up::stop};
  retry_policy retry;
  retry.attempts = 3;
  retry.give_ups_in_a_row = 4;
  int cases = 0;
  for (const auto policy : policies)
    for (const int attempt : {1, 2, 3, 4})
      for (const bool useless : {false, true})
        for (const bool has_key : {false, true})
          for (const int row : {0, 2, 3, 9}) {
            attempt_facts facts;
            facts.attempt = attempt;
            facts.retry_is_useless = useless;
            facts.has_key = has_key;
            facts.give_ups_in_a_row = row;
            const auto expected = [&] {
              if (!useless && attempt < 3)
                return what::retry;
              if (policy == give_up::stop || !has_key)
                return what::stop;
              if (row >= 3)
                return what::fail;
              return policy == give_up::park_key ? what::park : what::skip;
            }();
            INFO("attempt " << attempt << ", row " << row);
            CHECK(decide(facts, retry, policy, 0.5).what == expected);
            ++cases;
          }
  CHECK(cases == 3 * 4 * 2 * 2 * 4);
}

TEST_CASE("a retry waits as the policy says") {
  retry_policy retry;
  retry.attempts = 5;
  retry.backoff = {std::chrono::milliseconds{100}, std::chrono::milliseconds{300}, 2.0, 0.1};
  attempt_facts facts;
  constexpr int delays[] = {100, 200, 300, 300};
  for (int attempt = 1; attempt < 5; ++attempt) {
    facts.attempt = attempt;
    CHECK(decide(facts, retry, give_up::stop, 0.5).delay.count() == delays[attempt - 1]);
  }
  facts.attempt = 1;
  CHECK(decide(facts, retry, give_up::stop, 0.0).delay.count() == 90);
}

TEST_CASE("an error that is not worth a retry is given up at once") {
  attempt_facts facts;
  CHECK(decide(facts, {}, give_up::skip_event, 0.5).what == what::retry);
  facts.retry_is_useless = true;
  CHECK(decide(facts, {}, give_up::skip_event, 0.5).what == what::skip);
}

} // namespace waymark::test
