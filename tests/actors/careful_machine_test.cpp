// A projection whose owner before ended without a release.
#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

namespace {

/// A machine that has claimed after an end, and been given a page of three events.
struct careful {
  careful(projection builder, std::int64_t careful_until, end_counts counts,
          position_t suspect_at = 2)
      : machine{std::move(builder).freeze(), 0} {
    (void)machine.start();
    claim_report report;
    report.record.key = {"p", 0};
    report.record.epoch = 1;
    report.record.careful_until = careful_until;
    report.parked = std::make_shared<parked_set>();
    if (counts.ends > 0) {
      attempt_marker marker;
      marker.position = suspect_at;
      marker.event_id = events->events[static_cast<std::size_t>(suspect_at - 1)].event_id;
      marker.counts = counts;
      marker.last_end = "SIGSEGV";
      report.suspect = marker;
    }
    const auto next = machine.on_claim(report);
    REQUIRE(find<todo::fetch>(next));
    (void)machine.on_page(events, find<todo::fetch>(next)->token);
  }
  /// Gives the page again, cut at what has passed, as long as the machine asks for one.
  actions feed(actions next) {
    if (const auto* fetch = find<todo::fetch>(next))
      return machine.on_page(events, fetch->token);
    return next;
  }
  page_ptr events = made_page({"a", "b", "c"});
  projection_machine machine;
};

constexpr end_counts crashed_twice{2, 0, 2};

apply_outcome no_room(position_t passed) {
  apply_outcome outcome;
  outcome.stored = outcome.passed = passed;
  outcome.overflow = "full";
  outcome.lot_is_full = true;
  return outcome;
}

} // namespace

TEST_CASE("events are handled one by one until so many have been handled") {
  careful at{seeing(), 2, {}};
  CHECK(at.machine.careful());
  auto next = at.machine.on_applied(done(1));
  REQUIRE(find<todo::apply>(next));
  CHECK(find<todo::apply>(next)->max_events == 1);
  next = at.machine.on_applied(done(2));
  REQUIRE(find<todo::apply>(next));
  CHECK(find<todo::apply>(next)->max_events == 0);
  CHECK_FALSE(at.machine.careful());
}

TEST_CASE("letters that are handled again do not count among those events") {
  careful at{seeing(), 2, {}};
  auto order = std::make_shared<settle_order>();
  order->tasks.push_back({"k", {1}, false});
  (void)at.machine.settle(order);
  REQUIRE(find<todo::replay>(at.machine.on_applied(done(1))));
  replay_outcome replayed;
  replayed.handled = 50;
  const auto next = at.feed(at.machine.on_replayed(replayed));
  CHECK(at.machine.careful());
  REQUIRE(find<todo::apply>(next));
  CHECK(find<todo::apply>(next)->max_events == 1);
  (void)at.machine.on_applied(done(2));
  CHECK_FALSE(at.machine.careful());
}

TEST_CASE("a suspect keeps the projection careful until it has passed, and is handled again") {
  careful at{seeing(), 0, {1, 0, 1}};
  CHECK(at.machine.careful());
  CHECK(find<todo::apply>(at.machine.on_applied(done(1))));
  CHECK(at.machine.careful());
  CHECK(find<todo::apply>(at.machine.on_applied(done(2))));
  CHECK_FALSE(at.machine.careful());
}

TEST_CASE("a suspect passes before letters are retried, so that its marker keeps its counts") {
  careful at{seeing(), 0, {1, 0, 1}};
  auto order = std::make_shared<settle_order>();
  order->tasks.push_back({"k", {1}, false});
  CHECK_FALSE(find<todo::replay>(at.machine.settle(order)));
  CHECK_FALSE(find<todo::replay>(at.machine.on_applied(done(1))));
  CHECK(find<todo::replay>(at.machine.on_applied(done(2))));
}

TEST_CASE("a poison is given up by the policy without running its handler") {
  careful at{seeing(), 0, crashed_twice};
  const auto next = at.feed(at.machine.on_applied(done(1)));
  CHECK_FALSE(find<todo::apply>(next));
  const auto* given_up = find<todo::give_up>(next);
  REQUIRE(given_up);
  CHECK(given_up->park);
  CHECK(given_up->subject->position == 2);
  CHECK(given_up->letter.error == "crashed the process 2 times: SIGSEGV");
  CHECK(find<todo::apply>(at.machine.on_given_up(done(2))));
  CHECK_FALSE(at.machine.careful());

  careful skipping{seeing().on_give_up(give_up::skip_event), 0, crashed_twice, 1};
  careful stopping{seeing().on_give_up(give_up::stop), 0, crashed_twice, 1};
  careful never{seeing().retry({.max_crashes = 0}), 0, {9, 9, 18}, 1};
  CHECK(skipping.machine.state() == projection_state::running);
  const auto stopped = stopping.machine.on_failure_kept(commit_status::committed);
  CHECK(stopping.machine.state() == projection_state::stopped);
  CHECK(stopping.machine.reason().find("crashed the process") != std::string::npos);
  CHECK(find<todo::apply>(never.machine.on_applied(done(1))));

  // An operator's resume runs the handler again, still with a marker.
  CHECK(find<todo::apply>(stopping.feed(stopping.machine.resume())));
  CHECK(stopping.machine.careful());
}

TEST_CASE("a discard of another event does not set a poison before it free") {
  careful at{seeing(), 0, crashed_twice};
  auto keyless = faulted(at.events->events[2], 0);
  keyless.retry_is_useless = true;
  keyless.has_key = false;
  REQUIRE(find<todo::keep_failure>(at.machine.on_applied(keyless)));
  (void)at.machine.on_failure_kept(commit_status::committed);
  REQUIRE(at.machine.stopped_before() == 3);
  auto next = at.feed(at.machine.discard(3, {.by = "anna"}));
  const auto* before = find<todo::apply>(next);
  REQUIRE(before);
  CHECK(before->events->events.size() == 1);
  next = at.feed(at.machine.on_applied(done(1)));
  REQUIRE(find<todo::give_up>(next));
  CHECK(find<todo::give_up>(next)->subject->position == 2);
  next = at.feed(at.machine.on_given_up(done(2)));
  REQUIRE(find<todo::give_up>(next));
  CHECK(find<todo::give_up>(next)->subject->position == 3);
}

TEST_CASE("a poison that there is no room for is given up once there is, without its handler") {
  const std::string its_key{"Thing\0b", 7};
  careful at{seeing(), 0, crashed_twice};
  auto before = done(1);
  const bool parked = GENERATE(false, true);
  if (parked)
    before.parked = {its_key};
  const auto tried = at.feed(at.machine.on_applied(before));
  REQUIRE((find<todo::apply>(tried) != nullptr) == parked); // parking runs no handler
  (void)(parked ? at.machine.on_applied(no_room(1)) : at.machine.on_given_up(no_room(1)));
  REQUIRE(at.machine.full());
  auto order = std::make_shared<settle_order>();
  order->tasks.push_back({its_key, {1}, false});
  const auto replay = at.machine.settle(order);
  REQUIRE(find<todo::replay>(replay));
  CHECK_FALSE(find<todo::replay>(replay)->marked); // whose marker would take the poison's place
  replay_outcome replayed;
  replayed.key.sequence_key = its_key; // of which nothing is parked now
  const auto next = at.feed(at.machine.on_replayed(replayed));
  CHECK_FALSE(find<todo::apply>(next));
  CHECK(find<todo::give_up>(next));
}

TEST_CASE("while a poison waits for room, letters are tried on a person's word only") {
  careful at{seeing(), 0, crashed_twice, 1};
  (void)at.machine.on_given_up(no_room(0));
  REQUIRE(at.machine.full());
  auto by_itself = std::make_shared<settle_order>();
  by_itself->by_itself = true;
  by_itself->tasks.push_back({"k", {}, true});
  CHECK_FALSE(find<todo::replay>(at.machine.settle(by_itself)));
  auto anna = std::make_shared<settle_order>();
  anna->tasks.push_back({"k", {1}, false});
  const auto next = at.machine.settle(anna);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order == anna);
  CHECK_FALSE(find<todo::replay>(at.machine.on_replayed({})));
}

} // namespace waymark::test
