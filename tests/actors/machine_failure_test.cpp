// What a machine does about events that fail, and about its own failures.
#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

namespace {

projection stopping() {
  return seeing().retry({.attempts = 1}).on_give_up(give_up::stop);
}

} // namespace

TEST_CASE("a failed machine that tries again by itself passes no further event") {
  const auto events = made_page({"a", "b", "c"});
  const retry_policy impatient{.attempts = 1, .give_ups_in_a_row = 2};
  applying at{seeing().retry(impatient).on_give_up(give_up::skip_event), events};
  apply_outcome given;
  given.stored = given.passed = 1;
  auto next = at.machine.on_applied(faulted(events->events[0], 0));
  REQUIRE(find<todo::give_up>(next));
  REQUIRE(find<todo::apply>(at.machine.on_given_up(given)));
  next = at.machine.on_applied(faulted(events->events[1], 1)); // the second in a row
  for (int round = 1; round <= 2; ++round) {
    CAPTURE(round);
    CHECK(at.machine.state() == projection_state::failed);
    CHECK_FALSE(find<todo::give_up>(next));
    const auto* wake = find<todo::wake>(next);
    REQUIRE(wake);
    next = at.machine.on_timer(wake->token);
    REQUIRE(find<todo::claim>(next));
    next = at.machine.on_claim(granted(1, round + 1));
    REQUIRE(find<todo::fetch>(next));
    next = at.machine.on_page(events, find<todo::fetch>(next)->token);
    REQUIRE(find<todo::apply>(next));
    next = at.machine.on_applied(faulted(events->events[1], 1));
  }
}

TEST_CASE("an event is tried again after a delay, then given up and its key parked") {
  applying at{seeing().retry({.attempts = 2})};
  const auto wait = at.machine.on_applied(faulted(at.events->events[1], 1));
  REQUIRE(find<todo::wake>(wait));
  CHECK(at.machine.state() == projection_state::backing_off);
  CHECK_FALSE(at.machine.reason().empty());
  const auto again = at.machine.on_timer(find<todo::wake>(wait)->token);
  REQUIRE(find<todo::apply>(again));
  CHECK(find<todo::apply>(again)->max_events == 1);
  const auto up = at.machine.on_applied(faulted(at.events->events[1], 1));
  REQUIRE(find<todo::give_up>(up));
  CHECK(find<todo::give_up>(up)->park);
  CHECK(find<todo::give_up>(up)->letter.attempts.size() == 2);
  auto given_up = done(2);
  given_up.parked = {std::string{"Thing\0b", 7}};
  const auto on = at.machine.on_given_up(given_up);
  CHECK(find<todo::announce_letter>(on));
  CHECK(find<todo::apply>(on));
  CHECK(at.machine.parked()->events(std::string{"Thing\0b", 7}) == 1);
}

TEST_CASE("what is discarded is what the projection stands before now, not before") {
  applying at{stopping()};
  REQUIRE(find<todo::keep_failure>(at.machine.on_applied(faulted(at.events->events[0], 0))));
  static_cast<void>(at.machine.on_failure_kept(commit_status::committed));
  CHECK(at.machine.state() == projection_state::stopped);
  REQUIRE(find<todo::apply>(at.give_page(at.machine.resume())));
  REQUIRE(find<todo::apply>(at.machine.on_applied(done(1)))); // it went well this time
  CHECK_FALSE(at.machine.record().failure.has_value());
  static_cast<void>(at.machine.on_applied(faulted(at.events->events[2], 2)));
  static_cast<void>(at.machine.on_failure_kept(commit_status::committed));
  CHECK(at.machine.discard(1, {.by = "anna"}).empty());
  const auto up = at.give_page(at.machine.discard(*at.machine.stopped_before(), {.by = "anna"}));
  REQUIRE(find<todo::give_up>(up));
  CHECK(find<todo::give_up>(up)->subject->position == 3);
  CHECK(find<todo::give_up>(up)->letter.error == "bad; discarded by anna");
}

TEST_CASE("a save tick leaves the stored failure of a stopped projection alone") {
  applying at{stopping()};
  auto ahead = faulted(at.events->events[2], 0);
  ahead.passed = 2;
  static_cast<void>(at.machine.on_applied(ahead));
  static_cast<void>(at.machine.on_failure_kept(commit_status::committed));
  CHECK(at.machine.on_save_tick().empty());
}

TEST_CASE("the timer of a failed projection does not end an operator's pause") {
  applying at;
  const auto failed = at.machine.on_applied(faulted(at.events->events[0], 0, fault::projection));
  REQUIRE(find<todo::wake>(failed));
  CHECK(at.machine.state() == projection_state::failed);
  static_cast<void>(at.machine.pause({.why = "lunch"}));
  CHECK(at.machine.on_timer(find<todo::wake>(failed)->token).empty());
  CHECK(at.machine.state() == projection_state::failed);
  CHECK(at.machine.reason().ends_with("; it is also paused by an operator: lunch"));
  CHECK(find<todo::claim>(at.machine.resume()));
}

TEST_CASE("a projection that fails keeps its claim in a pause, for a drain to release it") {
  applying at;
  const auto failed = at.machine.on_applied(faulted(at.events->events[0], 0, fault::projection));
  REQUIRE(find<todo::wake>(failed));
  CHECK(at.machine.next_try());
  static_cast<void>(at.machine.pause({.why = "lunch"}));
  CHECK_FALSE(at.machine.next_try());
  static_cast<void>(at.machine.on_timer(find<todo::wake>(failed)->token));
  CHECK(find<todo::release>(at.machine.drain()));
}

TEST_CASE("a store fault ends the machine as degraded, for its supervisor to start it again") {
  applying at;
  const auto end = at.machine.on_job_lost("the disk is full");
  REQUIRE(find<todo::end>(end));
  CHECK(find<todo::end>(end)->why == todo::end::reason::store_fault);
  CHECK(at.machine.state() == projection_state::degraded);
  CHECK(at.machine.reason() == "the disk is full");
}

TEST_CASE("ten give-ups in a row make the projection itself suspect") {
  applying at{seeing().retry({.attempts = 1, .give_ups_in_a_row = 2})};
  REQUIRE(find<todo::give_up>(at.machine.on_applied(faulted(at.events->events[0], 0))));
  apply_outcome up;
  up.stored = up.passed = 1;
  REQUIRE(find<todo::apply>(at.machine.on_given_up(up)));
  CHECK_FALSE(find<todo::give_up>(at.machine.on_applied(faulted(at.events->events[1], 1))));
  CHECK(at.machine.state() == projection_state::failed);
}

TEST_CASE("a machine whose handler does not come back is failed, until its batch commits") {
  applying at;
  REQUIRE_FALSE(at.machine.on_overdue("too long").empty());
  CHECK(at.machine.state() == projection_state::failed);
  CHECK(at.machine.unrecoverable());
  CHECK(at.machine.reason() == "too long");
  CHECK_FALSE(find<todo::claim>(at.machine.resume()));
  CHECK_FALSE(find<todo::end>(at.machine.drain()));
  CHECK(at.machine.state() == projection_state::failed);
  CHECK(find<todo::release>(at.machine.on_applied(done(3))));
  CHECK_FALSE(at.machine.unrecoverable());
}

TEST_CASE("a pause that is ended while a handler is overdue is over when it has come back") {
  applying at;
  static_cast<void>(at.machine.on_overdue("too long"));
  static_cast<void>(at.machine.pause({.why = "lunch"}));
  static_cast<void>(at.machine.resume());
  CHECK(find<todo::fetch>(at.machine.on_applied(done(3))));
  CHECK(at.machine.state() == projection_state::running);
}

TEST_CASE("what was handled before a handler that comes back with a fault is saved") {
  applying at{projection::at_least_once("p").on("X", [](const nlohmann::json&, const event&) {})};
  static_cast<void>(at.machine.on_overdue("too long"));
  auto back = faulted(at.events->events[1], 0);
  back.passed = 1;
  back.unsaved.emplace();
  back.unsaved->to = 1;
  const auto after = at.machine.on_applied(back);
  CHECK(at.machine.state() == projection_state::failed);
  REQUIRE(find<todo::save_later>(after));
  CHECK(find<todo::save_later>(after)->advance.to == 1);
}

TEST_CASE("a machine whose handler comes back with a fault stays failed, with no letter") {
  for (const bool lost : {false, true}) {
    applying at;
    static_cast<void>(at.machine.on_overdue("too long"));
    const auto after = lost ? at.machine.on_job_lost("interrupted")
                            : at.machine.on_applied(faulted(at.events->events[0], 0, fault::store));
    REQUIRE(find<todo::wake>(after));
    CHECK_FALSE(find<todo::end>(after));
    CHECK_FALSE(find<todo::give_up>(after));
    CHECK(at.machine.state() == projection_state::failed);
    CHECK_FALSE(at.machine.unrecoverable());
    CHECK(at.machine.reason().find("too long; it came back with: ") == 0);
    CHECK(find<todo::claim>(at.machine.on_timer(find<todo::wake>(after)->token)));
  }
}

TEST_CASE("a state in memory is made anew if its batch came back late without a commit") {
  for (const bool in_doubt : {false, true}) {
    applying at{projection::in_memory<int>("p").on(
        "X", [](int& count, const nlohmann::json&) { ++count; })};
    static_cast<void>(at.machine.on_overdue("too long"));
    const auto who = in_doubt ? fault::store : fault::event;
    REQUIRE(find<todo::wake>(at.machine.on_applied(faulted(at.events->events[0], 0, who))));
    const bool claims = find<todo::claim>(at.machine.resume()) != nullptr;
    CHECK(claims == in_doubt);
  }
}

TEST_CASE("a machine that never tries again by itself waits for a person when it has failed") {
  manual_clock time;
  machine_options options;
  options.time = &time;
  options.failed_retry = std::chrono::milliseconds{0};
  projection_machine machine{seeing().retry({.attempts = 2}).freeze(), 0, options};
  REQUIRE(find<todo::claim>(machine.start()));
  const auto asked = machine.on_claim(granted());
  REQUIRE(find<todo::fetch>(asked));
  const auto events = made_page({"a", "b"});
  static_cast<void>(machine.on_page(events, find<todo::fetch>(asked)->token));
  const auto again = machine.on_applied(faulted(events->events[0], 0));
  REQUIRE(find<todo::wake>(again));
  REQUIRE(find<todo::apply>(machine.on_timer(find<todo::wake>(again)->token)));
  const auto failed = machine.on_applied(faulted(events->events[0], 0, fault::projection));
  CHECK(machine.state() == projection_state::failed);
  CHECK_FALSE(find<todo::wake>(failed));
  CHECK_FALSE(machine.next_try());
  CHECK(machine.on_timer(find<todo::wake>(again)->token).empty());
  CHECK(machine.state() == projection_state::failed);
  CHECK(find<todo::claim>(machine.resume()));
}

} // namespace waymark::test
