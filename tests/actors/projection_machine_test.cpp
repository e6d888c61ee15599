// How a machine fetches, fills and commits batches.
#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

namespace {

using namespace std::chrono_literals;

projection stopping() {
  return seeing().retry({.attempts = 1}).on_give_up(give_up::stop);
}

} // namespace

TEST_CASE("a machine claims, fetches, applies and fetches behind it") {
  applying at;
  const auto next = at.machine.on_applied(done(3));
  REQUIRE(find<todo::fetch>(next));
  CHECK(find<todo::fetch>(next)->after == 3);
  CHECK(at.machine.state() == projection_state::running);
  CHECK(at.machine.on_page(at.events, at.fetched.token).empty()); // a stale answer
  CHECK(at.machine.on_timer(99).empty());
}

TEST_CASE("a batch at the end of the log waits for more events if it may") {
  manual_clock time;
  auto machine = make(seeing().batch({.max_events = 4, .max_wait = 5ms}), time);
  (void)machine.start();
  const auto asked = machine.on_claim(granted());
  auto next = machine.on_page(made_page({"a", "b"}), find<todo::fetch>(asked)->token);
  CHECK_FALSE(find<todo::apply>(next));
  REQUIRE(find<todo::wake>(next));
  CHECK(find<todo::wake>(next)->delay == 5ms);
  CHECK(machine.state() == projection_state::running);
  next = machine.on_timer(find<todo::wake>(next)->token);
  REQUIRE(find<todo::fetch>(next));
  const auto more = *find<todo::fetch>(next);
  CHECK(more.after == 2);
  CHECK(more.seen == 0); // answered at once, also with nothing

  SECTION("both pages are one batch") {
    next = machine.on_page(made_page({"a", "b", "c"}), more.token);
    REQUIRE(find<todo::apply>(next));
    const auto& events = find<todo::apply>(next)->events->events;
    REQUIRE(events.size() == 3);
    CHECK(events[0].position == 1);
    CHECK(events[2].position == 3);
    CHECK(find<todo::fetch>(machine.on_applied(done(3)))->after == 3);
  }
  SECTION("without more, it is applied as it is") {
    auto nothing = std::make_shared<page>();
    nothing->after = nothing->scanned_to = nothing->head = 2;
    next = machine.on_page(nothing, more.token);
    REQUIRE(find<todo::apply>(next));
    CHECK(find<todo::apply>(next)->events->events.size() == 2);
  }
  SECTION("a log that can't be read keeps nothing back") {
    next = machine.on_fetch_failed("away", more.token);
    REQUIRE(find<todo::wake>(next));
    next = machine.on_timer(find<todo::wake>(next)->token); // the log is asked again
    REQUIRE(find<todo::wake>(next));                        // and the batch waits anew
    next = machine.on_timer(find<todo::wake>(next)->token);
    REQUIRE(find<todo::fetch>(next));
    next = machine.on_page(made_page({"a", "b", "c"}), find<todo::fetch>(next)->token);
    CHECK(find<todo::apply>(next));
  }
  SECTION("a pause drops it, and it is read again") {
    CHECK_FALSE(find<todo::apply>(machine.pause({})));
    CHECK(machine.on_page(made_page({"a", "b", "c"}), more.token).empty());
    next = machine.resume();
    REQUIRE(find<todo::fetch>(next));
    CHECK(find<todo::fetch>(next)->after == 0);
  }
}

TEST_CASE("a batch waits for nothing that is full, behind, or to be tried again") {
  manual_clock time;
  const auto options = batch_options{.max_events = 3, .max_wait = 5ms};
  auto begun = [&] {
    auto machine = make(seeing().batch(options), time);
    (void)machine.start();
    const auto asked = machine.on_claim(granted());
    return std::pair{std::move(machine), find<todo::fetch>(asked)->token};
  };
  auto [full, its_token] = begun();
  CHECK(find<todo::apply>(full.on_page(made_page({"a", "b", "c"}), its_token)));

  auto [behind, token] = begun();
  auto part = std::make_shared<page>(*made_page({"a", "b"}));
  part->head = 9;
  CHECK(find<todo::apply>(behind.on_page(part, token)));

  auto [failing, third] = begun();
  const auto events = made_page({"a", "b"});
  auto next = failing.on_page(events, third);
  next = failing.on_timer(find<todo::wake>(next)->token);
  next = failing.on_page(events, find<todo::fetch>(next)->token);
  REQUIRE(find<todo::apply>(next));
  next = failing.on_applied(faulted(events->events[0], 0));
  REQUIRE(find<todo::wake>(next));
  next = failing.on_timer(find<todo::wake>(next)->token); // the backoff is over
  CHECK(find<todo::apply>(next));
}

TEST_CASE("who stands, or waits for the next page, holds none in memory") {
  applying caught_up;
  REQUIRE(caught_up.events.use_count() > 1);
  REQUIRE(find<todo::fetch>(caught_up.machine.on_applied(done(3))));
  CHECK(caught_up.events.use_count() == 1);
  applying stopped{stopping()};
  static_cast<void>(stopped.machine.on_applied(faulted(stopped.events->events[0], 0)));
  static_cast<void>(stopped.machine.on_failure_kept(commit_status::committed));
  CHECK(stopped.events.use_count() == 1);
  applying paused;
  static_cast<void>(paused.machine.pause({.why = "holidays"}));
  static_cast<void>(paused.machine.on_applied(done(1)));
  CHECK(paused.events.use_count() == 1);
  CHECK(find<todo::apply>(paused.give_page(paused.machine.resume())));
}

TEST_CASE("a tick hands a position over again, for as long as nobody says that it is saved") {
  applying at{projection::at_least_once("p").on("X", [](const nlohmann::json&) {})};
  auto handled = done(0);
  handled.passed = 3;
  handled.unsaved.emplace();
  handled.unsaved->to = handled.unsaved->handled = 3;
  REQUIRE(find<todo::save_later>(at.machine.on_applied(handled)));
  const auto again = at.machine.on_save_tick();
  REQUIRE(find<todo::save_later>(again));
  CHECK(find<todo::save_later>(again)->advance.to == 3);
  CHECK(find<todo::save_later>(again)->advance.handled == 0); // they are counted already
  static_cast<void>(at.machine.on_saved_later(3));
  CHECK(at.machine.on_save_tick().empty());
}

} // namespace waymark::test
