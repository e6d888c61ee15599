#include "tests/catch.hpp"

#include "actors/letter_schedule.hpp"

namespace waymark::test {

namespace {

using namespace std::chrono_literals;

constexpr double no_jitter = 0.5;
const timestamp now{std::chrono::hours{1'000}};

/// Rounds 1, 2, 4 … minutes apart.
letter_schedule schedule() {
  letter_retry_policy policy;
  policy.rounds = 9;
  return letter_schedule{policy};
}

} // namespace

TEST_CASE("a round that was planned is due once, under its own token") {
  auto plan = schedule();
  const auto a = plan.plan("a", {1}, now, no_jitter);
  const auto b = plan.plan("b", {3}, now, no_jitter);
  CHECK(a.delay == 1min);
  CHECK(b.delay == 4min);
  CHECK(a.token != b.token);
  CHECK_FALSE(plan.take(b.token + 1));
  const auto due = plan.take(b.token);
  REQUIRE(due);
  CHECK(due->sequence_key == "b");
  CHECK(due->round == 3);
  CHECK_FALSE(plan.take(b.token));
  CHECK(plan.take(a.token));
}

TEST_CASE("the last plan for a key counts") {
  auto plan = schedule();
  const auto before = plan.plan("a", {1}, now, no_jitter);
  const auto after = plan.plan("a", {2}, now, no_jitter);
  CHECK_FALSE(plan.take(before.token));
  const auto due = plan.take(after.token);
  REQUIRE(due);
  CHECK(due->round == 2);
}

TEST_CASE("a delay counts from the attempt before, and ends at once if that was long ago") {
  auto plan = schedule();
  CHECK(plan.plan("a", {2, now - 90s}, now, no_jitter).delay == 30s);
  CHECK(plan.plan("a", {2, now - 1h}, now, no_jitter).delay == 0s);
  CHECK(plan.plan("a", {2, now + 1h}, now, no_jitter).delay == 2min); // another machine's clock
}

TEST_CASE("a round that is put off is due again soon") {
  auto plan = schedule();
  const auto first = plan.plan("a", {4}, now, no_jitter);
  CHECK(first.delay == 8min);
  const auto due = plan.take(first.token);
  REQUIRE(due);
  const auto again = plan.put_off(*due, no_jitter);
  CHECK(again.delay == letter_schedule::longest_put_off);
  REQUIRE(plan.take(again.token));
  CHECK(plan.put_off({"a", 1}, 0.0).delay < letter_schedule::longest_put_off); // with its jitter
}

TEST_CASE("a key with nothing parked, and a schedule that begins anew, have no rounds to come") {
  auto plan = schedule();
  const auto a = plan.plan("a", {1}, now, no_jitter);
  const auto b = plan.plan("b", {1}, now, no_jitter);
  plan.forget("a");
  CHECK_FALSE(plan.take(a.token));
  plan.forget_all();
  CHECK_FALSE(plan.take(b.token));
  const auto c = plan.plan("c", {1}, now, no_jitter);
  CHECK(c.token != a.token); // alarms of before may still come
  CHECK(c.token != b.token);
}

} // namespace waymark::test
