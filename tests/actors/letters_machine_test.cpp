// Retries and discards of letters, as the machine of a projection takes them in turns with the
// rest.
#include "actors/letter_rounds.hpp"
#include "tests/actors/parked_machine.hpp"

namespace waymark::test {

TEST_CASE("no event is handled while a key is replayed, and batches and steps take turns") {
  parked_machine at;
  const auto first = at.order();
  REQUIRE(find<todo::replay>(first));
  CHECK(find<todo::replay>(first)->task.letters == std::vector<std::int64_t>{1});
  CHECK_FALSE(find<todo::apply>(at.give_page())); // with events of that very key
  CHECK(at.machine.on_save_tick().empty());
  auto next = at.machine.on_replayed(step(2));
  CHECK(at.machine.set_aside().parked_events == 2);
  CHECK(at.machine.parked()->events(key_a) == 2); // later ones are still parked
  REQUIRE(find<todo::apply>(next));
  CHECK_FALSE(find<todo::replay>(next));
  next = at.machine.on_applied(done(1));
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->task.queue);
  CHECK_FALSE(find<todo::apply>(next));
  next = at.told(at.machine.on_replayed(step(0)));
  REQUIRE(at.report);
  CHECK(at.report->replayed() == 2);
  CHECK(at.report->complete());
  CHECK(at.machine.parked()->empty()); // the key is live with the very next batch
  CHECK(find<todo::apply>(next));
  CHECK(at.machine.set_aside().parked_keys == 0);
  CHECK(at.machine.record().events_processed == 3);
}

TEST_CASE("an event that is parked while its key waits for its turn is in the queue after it") {
  parked_machine at;
  REQUIRE(find<todo::apply>(at.give_page()));
  CHECK(at.order().empty()); // the batch ends first
  auto batch = done(3);
  batch.parked = {key_a, key_a};
  REQUIRE(find<todo::replay>(at.machine.on_applied(batch)));
  CHECK(at.machine.parked()->events(key_a) == 5);
  at.told(at.machine.on_replayed(failed(5)));
  CHECK(at.report->remaining() == 5);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 5});
}

TEST_CASE("a dry run leaves what the machine knows as it is") {
  parked_machine at;
  const auto next = at.order(settle_verb::discard, true);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->dry_run);
  CHECK(find<todo::replay>(next)->order->verb == settle_verb::discard);
  auto outcome = step(0);
  outcome.letters = -1;
  at.told(at.machine.on_replayed(outcome));
  REQUIRE(at.report);
  CHECK(at.report->dry_run);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 3});
  CHECK(at.machine.parked()->events(key_a) == 3);
  CHECK(at.machine.record().events_processed == 0);
}

TEST_CASE("a failure stops the key, and the next key of the order has its turn") {
  parked_machine at;
  auto order = std::make_shared<settle_order>();
  order->tasks = {{key_a, {1}, false}, {key_b, {2}, false}};
  order->done = [&at](const settle_report& r) { at.report = r; };
  REQUIRE(find<todo::replay>(at.machine.settle(order)));
  const auto next = at.machine.on_replayed(failed(3));
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->task.sequence_key == key_b);
  CHECK(at.machine.last_error() == "bad again");
  auto of_b = step(0);
  of_b.key.sequence_key = key_b;
  of_b.letters = -1;
  at.told(at.machine.on_replayed(of_b));
  REQUIRE(at.report);
  CHECK_FALSE(at.report->complete());
  CHECK(at.report->replayed() == 1);
  CHECK(at.machine.set_aside() == letter_counts{0, 1, 3});
}

TEST_CASE("what comes in the middle of a replay waits for the step, then ends the order") {
  SECTION("a pause") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::replay>(at.machine.pause({.why = "lunch"})));
    CHECK_FALSE(at.report.has_value());
    CHECK_FALSE(find<todo::replay>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused().find("lunch") != std::string::npos);
    CHECK(at.report->replayed() == 1); // what was done is told
    CHECK(at.machine.parked()->events(key_a) == 2);
    const auto rest = at.machine.resume(); // no letter stands before it, so nobody would find it
    REQUIRE(find<todo::replay>(rest));
    CHECK(find<todo::replay>(rest)->task.sequence_key == key_a);
    CHECK(find<todo::replay>(rest)->order->by == "anna");
    (void)at.machine.on_replayed(step(0));
    CHECK(at.machine.parked()->empty());
  }
  SECTION("a pause, before anything was done") {
    parked_machine at;
    at.order();
    (void)at.machine.pause({.why = "lunch"});
    at.told(at.machine.on_replayed(failed(3)));
    CHECK_FALSE(find<todo::replay>(at.machine.resume()));
  }
  SECTION("a reset that does not come about") {
    parked_machine at;
    at.order();
    (void)at.machine.hold();
    at.told(at.machine.on_replayed(step(2)));
    CHECK(at.refused() == "is being reset");
    CHECK(find<todo::replay>(at.machine.release_hold()));
  }
  SECTION("a reset") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::held>(at.machine.hold()));
    CHECK(find<todo::held>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused() == "is being reset");
    CHECK(find<todo::claim>(at.machine.begin_again()));
  }
  SECTION("a reset that does not wait: the step's result means nothing after it") {
    parked_machine at;
    at.order();
    at.told(at.machine.begin_again());
    CHECK(at.refused() == "was reset");
    const auto next = at.machine.on_replayed(step(2));
    CHECK(find<todo::claim>(next));
    CHECK(at.machine.record().events_processed == 0);
  }
  SECTION("a drain") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::release>(at.machine.drain()));
    CHECK(find<todo::release>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused() == "is being stopped");
    CHECK_FALSE(find<todo::replay>(at.machine.on_released()));
  }
  SECTION("another owner, whom the step has met") {
    parked_machine at;
    at.order();
    auto fenced = step(2);
    fenced.state = replay_outcome::status::fenced;
    const auto next = at.told(at.machine.on_replayed(fenced));
    CHECK(at.machine.state() == projection_state::standing_by);
    CHECK(at.refused().find("another owner") != std::string::npos);
    CHECK_FALSE(find<todo::replay>(next));
  }
  SECTION("another owner, whom somebody else has met") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::wake>(at.machine.on_fenced()));
    at.told(at.machine.on_replayed(step(2)));
    CHECK(at.machine.state() == projection_state::standing_by);
    CHECK(at.report->replayed() == 1);
  }
  SECTION("a fault of the store") {
    parked_machine at;
    at.order();
    auto faulted = step(2);
    faulted.state = replay_outcome::status::faulted;
    faulted.error = "the disk is full";
    const auto next = at.told(at.machine.on_replayed(faulted));
    REQUIRE(find<todo::end>(next));
    CHECK(find<todo::end>(next)->why == todo::end::reason::store_fault);
    CHECK(at.refused().find("the disk is full") != std::string::npos);
    CHECK(at.report->replayed() == 1);
  }
  SECTION("a session that dies") {
    parked_machine at;
    at.order();
    CHECK(find<todo::end>(at.told(at.machine.on_job_lost("the session died"))));
    CHECK(at.refused().find("the session died") != std::string::npos);
  }
}

TEST_CASE("a replay whose handler comes back late goes on, or leaves the machine failed") {
  parked_machine at;
  REQUIRE(find<todo::replay>(at.order()));
  CHECK_FALSE(at.machine.on_overdue("too long").empty());
  CHECK(at.machine.state() == projection_state::failed);
  SECTION("with its event handled") {
    at.told(at.machine.on_replayed(step(2)));
    CHECK(at.machine.state() == projection_state::running);
  }
  SECTION("with a fault of the event") {
    const auto next = at.told(at.machine.on_replayed(failed(3)));
    CHECK(find<todo::wake>(next));
    CHECK(at.machine.state() == projection_state::failed);
    CHECK(at.machine.reason().find("too long; it came back with: ") == 0);
    REQUIRE(at.report);
    CHECK(at.report->keys.at(0).failed);
  }
  SECTION("with a statement that was ended from outside") {
    replay_outcome faulted;
    faulted.state = replay_outcome::status::faulted;
    faulted.error = "interrupted";
    const auto next = at.told(at.machine.on_replayed(faulted));
    CHECK_FALSE(find<todo::end>(next));
    CHECK(at.machine.state() == projection_state::failed);
    CHECK(at.refused().find("has failed") == 0);
  }
  CHECK_FALSE(at.machine.unrecoverable());
}

TEST_CASE("a machine that stops before an event replays nothing until somebody decides") {
  parked_machine at{seeing().retry({.attempts = 1}).on_give_up(give_up::stop)};
  REQUIRE(find<todo::apply>(at.give_page()));
  apply_outcome bad;
  bad.state = apply_outcome::status::faulted;
  bad.error = "bad";
  bad.culprit = &at.events->events[0];
  REQUIRE(find<todo::keep_failure>(at.machine.on_applied(bad)));
  CHECK(at.order().empty()); // it is being written down
  at.told(at.machine.on_failure_kept(commit_status::committed));
  CHECK(at.refused().find("stopped before") != std::string::npos);
  at.told(at.order());
  CHECK(at.refused().find("stopped before") != std::string::npos);
}

TEST_CASE("what a claim finds unfinished is replayed without being asked for") {
  claim_report report;
  report.unfinished = {{key_a, {}, true}};
  parked_machine at{seeing(), std::move(report)};
  REQUIRE(find<todo::replay>(at.claimed));
  CHECK(find<todo::replay>(at.claimed)->order->by == "waymark");
  (void)at.machine.pause({});
  CHECK_FALSE(find<todo::replay>(at.machine.on_replayed(step(2))));
  CHECK(find<todo::replay>(at.machine.resume())); // nobody waits for it: it was kept
}

} // namespace waymark::test
