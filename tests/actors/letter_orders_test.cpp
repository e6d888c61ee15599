#include "tests/catch.hpp"

#include "actors/letter_orders.hpp"

namespace waymark::test {

namespace {

using tasks = std::vector<replay_task>;
using status = replay_outcome::status;

/// Somebody waits for it, unless `asked_for` is false.
settle_order_ptr ordered(tasks of, bool asked_for = true, bool dry_run = false) {
  auto order = std::make_shared<settle_order>();
  order->by = "anna";
  order->dry_run = dry_run;
  order->tasks = std::move(of);
  if (asked_for)
    order->done = [](const settle_report&) {};
  return order;
}

replay_outcome replayed(std::int64_t events, std::int64_t remaining) {
  replay_outcome outcome;
  outcome.state = remaining > 0 ? status::more : status::ended;
  outcome.rest = {"a", {}, true};
  outcome.key.replayed = events;
  outcome.key.remaining = remaining;
  return outcome;
}

letter_orders orders(bool can_take_back = true) {
  return {{"p", 3}, can_take_back};
}

} // namespace

TEST_CASE("orders are carried out one by one, a step of a task at a time") {
  auto all = orders();
  CHECK(all.empty());
  CHECK_FALSE(all.first_done());
  CHECK(all.take(replayed(1, 0)) == nullptr); // it was ended meanwhile
  const auto first = ordered({{"a", {1}, false}, {"b", {2}, false}});
  const auto second = ordered({});
  all.add(first);
  all.add(second);

  CHECK(all.next_step().first == first);
  CHECK(all.next_step().second.letters == std::vector<std::int64_t>{1});
  CHECK(all.take(replayed(2, 1)) == first);
  CHECK(all.next_step().second.queue); // what is left of the task
  (void)all.take(replayed(1, 0));
  CHECK(all.next_step().second.sequence_key == "b");
  CHECK_FALSE(all.first_done());
  auto bad = replayed(0, 0);
  bad.key.failed = replay_failure{7, uuid{}, "X", "bad again"};
  (void)all.take(bad);
  REQUIRE(all.first_done());

  const auto ended = all.end_first();
  CHECK(ended.order == first);
  REQUIRE(ended.report.keys.size() == 2);
  CHECK(ended.report.keys[0].key == shard_key{"p", 3});
  CHECK(ended.report.keys[0].replayed == 3);
  CHECK(ended.report.keys[0].remaining == 0);
  CHECK(ended.report.keys[1].sequence_key == "b");
  CHECK(ended.report.keys[1].failed);
  CHECK(summary(ended) == "asked for by anna: 3 events handled again, 0 discarded, 0 still parked; "
                          "1 key stopped at a failure");
  CHECK(all.first_done()); // nothing was asked for
  CHECK(all.end_first().order == second);
  CHECK(all.empty());
}

TEST_CASE("what the steps of a task came to is added up, and the last one says what is left") {
  auto all = orders();
  all.add(ordered({{"a", {1}, true}}));
  (void)all.next_step();
  auto step = replayed(1, 4);
  step.key.discarded = 2;
  step.key.unwanted = 3;
  step.key.refused = "too many";
  (void)all.take(step);
  step = replayed(0, 2);
  step.key.discarded = 1;
  step.key.unwanted = 1;
  step.key.untried = 5;
  step.state = status::ended;
  (void)all.take(step);
  const auto key = all.end_first().report.keys.at(0);
  CHECK(key.replayed == 1);
  CHECK(key.discarded == 3);
  CHECK(key.unwanted == 4);
  CHECK(key.untried == 5);
  CHECK(key.remaining == 2);
  CHECK(key.refused == "too many");
}

TEST_CASE("no more than a hundred orders wait") {
  auto all = orders();
  for (std::size_t i = 0; i < letter_orders::most; ++i) {
    CHECK_FALSE(all.full());
    all.add(ordered({{"a", {1}, false}}));
  }
  CHECK(all.full());
  const auto refused = all.refuse(ordered({{"a", {1}, false}, {"b", {2}, false}}), "no room");
  REQUIRE(refused.report.keys.size() == 2);
  CHECK(refused.report.keys[0].refused == "no room");
  CHECK(refused.report.keys[1].refused == "no room");
}

TEST_CASE("a report says whether a dry run has called the handlers") {
  const bool can_take_back = GENERATE(true, false);
  const bool dry_run = GENERATE(true, false);
  const auto refused = orders(can_take_back).refuse(ordered({}, true, dry_run), "no");
  CHECK(refused.report.dry_run == dry_run);
  CHECK(refused.report.handlers_called == (can_take_back || !dry_run));
}

TEST_CASE("an interruption ends what somebody waits for, and keeps what nobody else would find") {
  auto all = orders();
  const auto by_itself = ordered({{"c", {}, true}}, false);
  all.add(ordered({{"a", {1}, true}, {"b", {2}, true}}));
  all.add(ordered({{"b", {2}, true}}));
  all.add(by_itself);
  (void)all.next_step();

  SECTION("after an event of the first key") {
    (void)all.take(replayed(1, 2));
    const auto ended = all.interrupt("paused", "; later");
    REQUIRE(ended.size() == 2);
    CHECK(ended[0].report.keys[0].refused == "paused; later");
    CHECK(ended[0].report.keys[0].replayed == 1);
    CHECK(ended[0].report.keys[1].refused == "paused");
    CHECK(ended[1].report.keys[0].refused == "paused");
    const auto [rest, task] = all.next_step();
    CHECK_FALSE(rest->done);
    CHECK(rest->by == "anna");
    CHECK(rest->tasks.size() == 1);
    CHECK(task.sequence_key == "a");
    CHECK(task.letters.empty()); // its letter is settled
    (void)all.take(replayed(2, 0));
    (void)all.end_first();
    CHECK(all.next_step().first == by_itself);
  }
  SECTION("after nothing") {
    auto bad = replayed(0, 3);
    (void)all.take(bad);
    CHECK(all.interrupt("paused").size() == 2);
    CHECK(all.next_step().first == by_itself);
  }
  SECTION("after all of the first key") {
    (void)all.take(replayed(3, 0));
    const auto ended = all.interrupt("paused", "; later");
    CHECK(ended[0].report.keys[0].refused.empty()); // it is done
    CHECK(ended[0].report.keys[1].refused == "paused");
    CHECK(all.next_step().first == by_itself);
  }
  SECTION("after all that is parked for the first key, where the step does not know yet") {
    auto last = replayed(3, 0);
    last.state = status::more;
    (void)all.take(last);
    CHECK(all.interrupt("paused").size() == 2);
    CHECK(all.next_step().first == by_itself);
  }
  SECTION("after all of the order") {
    (void)all.take(replayed(3, 0));
    (void)all.next_step();
    (void)all.take(replayed(2, 0));
    const auto ended = all.interrupt("paused", "; later");
    CHECK(ended[0].report.keys[1].refused.empty());
    CHECK(all.next_step().first == by_itself);
  }
  SECTION("for good") {
    (void)all.take(replayed(1, 2));
    const auto ended = all.end_all("was reset");
    REQUIRE(ended.size() == 3);
    CHECK(ended[0].report.keys[0].refused == "was reset");
    CHECK(ended[2].order == by_itself);
    CHECK(all.empty());
  }
}

TEST_CASE("an interrupted dry run leaves nothing to be done") {
  auto all = orders();
  all.add(ordered({{"a", {1}, true}}, true, true));
  (void)all.next_step();
  (void)all.take(replayed(1, 2));
  CHECK(all.interrupt("paused").size() == 1);
  CHECK(all.empty());
}

TEST_CASE("an order is told in words") {
  settle_order order;
  order.tasks = {{"a", {}, true}};
  CHECK(describe(order) == "handling letters of 1 key again");
  order.by = "anna";
  order.verb = settle_verb::discard;
  order.tasks.emplace_back();
  CHECK(describe(order) == "discarding letters of 2 keys, asked for by anna");
  order.dry_run = true;
  CHECK(describe(order) == "trying out letters of 2 keys, asked for by anna");

  settled_key key;
  key.remaining = 1;
  key.failed = replay_failure{7, uuid{}, "X", "bad"};
  CHECK(describe_failure(key) == "X " + uuid{}.to_string() +
                                     " at position 7 failed again: bad; 1 event still parked");
}

} // namespace waymark::test
