// Letters that are retried by a schedule, and what stands when no more may be parked.
#include "actors/letter_rounds.hpp"
#include "tests/actors/parked_machine.hpp"

#include <algorithm>

namespace waymark::test {

namespace {

letter_retry_policy rounds(int count) {
  letter_retry_policy policy;
  policy.rounds = count;
  return policy;
}

} // namespace

TEST_CASE("a schedule goes on with the round that a letter has come to") {
  claim_report report;
  report.next_rounds = {{key_a, {2}}};
  parked_machine at{seeing().retry_letters(rounds(3)), std::move(report)};
  const auto* planned = find<todo::retry_letters>(at.claimed);
  REQUIRE(planned);
  CHECK(planned->delay == std::chrono::minutes{2}); // the second of 1, 2, 4 … minutes
  auto next = at.machine.on_letters_due(planned->token);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->round == 2);
  CHECK(find<todo::replay>(next)->order->by == "waymark, round 2 of 3");
  CHECK(at.machine.on_letters_due(planned->token).empty()); // once
  next = at.machine.on_replayed(failed(3, 3));
  planned = find<todo::retry_letters>(next);
  REQUIRE(planned);
  next = at.machine.on_letters_due(planned->token);
  CHECK(find<todo::replay>(next)->order->round == 3);
  CHECK_FALSE(find<todo::retry_letters>(at.machine.on_replayed(failed(3)))); // used up
}

TEST_CASE("a schedule goes on after a process has ended, but tries nothing twice") {
  claim_report ended;
  ended.next_rounds = {{key_a, {1}}};
  ended.ended_owner = "process 17";
  parked_machine at{seeing().retry_letters(rounds(3)), ended};
  const auto before = *find<todo::retry_letters>(at.claimed);
  at.order(); // by hand, which fails too
  const auto next = at.machine.on_replayed(failed(3, 1));
  REQUIRE(find<todo::retry_letters>(next));
  CHECK(at.machine.on_letters_due(before.token).empty());
  CHECK(find<todo::replay>(at.machine.on_letters_due(find<todo::retry_letters>(next)->token)));
  CHECK(at.machine.on_replayed(step(0)).size() > 0);
  CHECK(at.machine.parked()->empty());
}

TEST_CASE("a round that is due while a projection is paused is put off") {
  claim_report report;
  report.next_rounds = {{key_a, {1}}};
  parked_machine at{seeing().retry_letters(rounds(1)), std::move(report)};
  (void)at.machine.pause({.why = "lunch"});
  const auto later = at.machine.on_letters_due(find<todo::retry_letters>(at.claimed)->token);
  REQUIRE(find<todo::retry_letters>(later));
  CHECK(find<todo::retry_letters>(later)->delay <= std::chrono::minutes{1});
  (void)at.machine.resume();
  const auto next = at.machine.on_letters_due(find<todo::retry_letters>(later)->token);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->round == 1);
}

TEST_CASE("a round's delay counts from the attempt before it, whoever has made that") {
  manual_clock time;
  claim_report report;
  report.next_rounds = {{key_a, {2, time.now() - std::chrono::seconds{90}}},
                        {key_b, {2, time.now() - std::chrono::hours{1}}}};
  const parked_machine at{seeing().retry_letters(rounds(3)), std::move(report)};
  std::vector<std::chrono::milliseconds> delays;
  for (const auto& each : at.claimed)
    if (const auto* planned = std::get_if<todo::retry_letters>(&each))
      delays.push_back(planned->delay);
  std::sort(delays.begin(), delays.end());
  CHECK(delays == std::vector<std::chrono::milliseconds>{std::chrono::milliseconds{0},
                                                         std::chrono::seconds{30}});
}

TEST_CASE("a letter keeps its last attempts, and those of the schedule longest") {
  dead_letter letter;
  add_attempt(letter, 1, {timestamp{}, "by schedule", 1});
  for (int i = 0; i < 1'000; ++i)
    add_attempt(letter, 1, {timestamp{}, std::to_string(i)});
  REQUIRE(letter.attempts.size() == 100);
  CHECK(letter.attempts.front().round == 1);
  CHECK(letter.attempts[1].error == "901");
  CHECK(letter.attempts.back().error == "999");
  CHECK(next_round(letter, rounds(3)) == 2);
  for (int i = 0; i < 200; ++i)
    add_attempt(letter, 1, {timestamp{}, "by schedule", 2});
  CHECK(letter.attempts.size() == 100);
}

TEST_CASE("a letter's attempts tell the next round of its schedule") {
  dead_letter letter;
  CHECK_FALSE(next_round(letter, rounds(3)).has_value()); // nobody has tried it: a person's
  letter.attempts = {{timestamp{}, "live"}, {timestamp{}, "live"}};
  CHECK(next_round(letter, rounds(3)) == 1);
  CHECK_FALSE(next_round(letter, rounds(0)).has_value());
  letter.attempts.push_back({timestamp{}, "by schedule", 1});
  letter.attempts.push_back({timestamp{}, "by hand"});
  CHECK(next_round(letter, rounds(3)) == 2);
  letter.attempts.push_back({timestamp{}, "by schedule", 3});
  CHECK_FALSE(next_round(letter, rounds(3)).has_value());
  CHECK(next_round(letter, rounds(4)) == 4);
  letter.attempts.push_back({timestamp{}, "the process ended", left_to_a_person});
  CHECK_FALSE(next_round(letter, rounds(4)).has_value());
  add_attempt(letter, 1, {timestamp{}, "by hand"});
  CHECK_FALSE(next_round(letter, rounds(4)).has_value()); // a person's for good
  add_attempt(letter, 2, {timestamp{}, "with a new version"});
  CHECK(next_round(letter, rounds(4)) == 4);
  add_attempt(letter, 2, {timestamp{}, "the process ended again", left_to_a_person});
  CHECK_FALSE(next_round(letter, rounds(4)).has_value());
}

TEST_CASE("who stands because the whole projection is full goes on when another shard makes room") {
  auto lot = std::make_shared<parking_lot>(5, 2);
  lot->set(1, 2);
  manual_clock time;
  projection_machine machine{seeing().shards(2).park_limits({.per_projection = 5}).freeze(), 0,
                             {.time = &time, .lot = lot}};
  (void)machine.start();
  claim_report report;
  report.record.key = {"p", 0};
  report.record.epoch = 1;
  report.parked = std::make_shared<parked_set>(parked_set{{key_a, 3}});
  report.set_aside = {1, 1, 3};
  auto next = machine.on_claim(report);
  CHECK(lot->full());
  next = machine.on_page(made_page({"a"}), find<todo::fetch>(next)->token);
  REQUIRE(find<todo::apply>(next));
  apply_outcome none;
  none.overflow = "full";
  none.lot_is_full = true;
  next = machine.on_applied(none);
  CHECK(machine.state() == projection_state::paused);
  REQUIRE(find<todo::wake>(next));
  next = machine.on_timer(find<todo::wake>(next)->token);
  REQUIRE(find<todo::wake>(next)); // still full
  CHECK(machine.state() == projection_state::paused);
  lot->set(1, 1);
  next = machine.on_timer(find<todo::wake>(next)->token);
  CHECK(machine.state() == projection_state::running);
  CHECK(find<todo::fetch>(next));

  // In the end it claims anew, in case somebody else has taken or reset it.
  lot->set(1, 2);
  next = machine.on_page(made_page({"a"}), find<todo::fetch>(next)->token);
  next = machine.on_applied(none);
  time.advance(std::chrono::minutes{6});
  CHECK(find<todo::claim>(machine.on_timer(find<todo::wake>(next)->token)));
}

TEST_CASE("an event that can't be parked stops the projection before it, with nothing done") {
  parked_machine at{seeing().retry({.attempts = 1})};
  REQUIRE(find<todo::apply>(at.give_page()));
  apply_outcome bad;
  bad.state = apply_outcome::status::faulted;
  bad.error = "bad";
  bad.culprit = &at.events->events[1];
  bad.passed = 1;
  REQUIRE(find<todo::give_up>(at.machine.on_applied(bad)));
  apply_outcome none;
  none.overflow = "full";
  (void)at.machine.on_given_up(none);
  CHECK(at.machine.state() == projection_state::paused);
  CHECK(at.machine.reason() == "full");
  CHECK(at.machine.passed() == 1);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 3});
  CHECK(find<todo::replay>(at.order())); // which makes room
  CHECK(find<todo::fetch>(at.machine.on_replayed(step(2))));
}

TEST_CASE("each attempt before a stop is kept, over resumes, and the last hundred of many") {
  parked_machine at{seeing().retry({.attempts = 1}).on_give_up(give_up::stop)};
  auto next = at.give_page();
  for (int i = 1; i <= 120; ++i) {
    REQUIRE(find<todo::apply>(next));
    apply_outcome bad;
    bad.state = apply_outcome::status::faulted;
    bad.error = "bad " + std::to_string(i);
    bad.culprit = &at.events->events[0];
    const auto kept = at.machine.on_applied(bad);
    REQUIRE(find<todo::keep_failure>(kept));
    const auto& why = find<todo::keep_failure>(kept)->why;
    CHECK(why.attempts == i);
    CHECK(why.error == bad.error);
    REQUIRE(why.tries.size() == static_cast<std::size_t>(std::min(i, 100)));
    CHECK(why.tries.back().error == bad.error);
    CHECK(why.tries.front().error == "bad " + std::to_string(std::max(1, i - 99)));
    (void)at.machine.on_failure_kept(commit_status::committed);
    next = at.machine.resume();
    REQUIRE(find<todo::fetch>(next));
    next = at.machine.on_page(at.events, find<todo::fetch>(next)->token);
  }
}

} // namespace waymark::test
