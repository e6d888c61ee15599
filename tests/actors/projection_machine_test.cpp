#include "tests/catch.hpp"

#include "actors/projection_machine.hpp"
#include "tests/actors/core_fixture.hpp"

namespace waymark::test {

namespace {

using namespace std::chrono_literals;

template <class T>
const T* find(const actions& in) {
  for (const auto& each : in)
    if (const auto* found = std::get_if<T>(&each))
      return found;
  return nullptr;
}

claim_report granted(position_t position = 0, std::int64_t epoch = 1) {
  claim_report report;
  report.record.key = {"p", 0};
  report.record.position = position;
  report.record.epoch = epoch;
  report.parked = std::make_shared<parked_set>();
  return report;
}

apply_outcome done(position_t to) {
  apply_outcome outcome;
  outcome.stored = outcome.passed = to;
  outcome.handled = 1;
  return outcome;
}

apply_outcome faulted(const event& culprit, position_t stored, fault who = fault::event) {
  apply_outcome outcome;
  outcome.state = apply_outcome::status::faulted;
  outcome.stored = outcome.passed = stored;
  outcome.who = who;
  outcome.error = "bad";
  outcome.culprit = &culprit;
  return outcome;
}

template <class Builder>
projection_machine make(Builder builder, manual_clock& time) {
  machine_options options;
  options.time = &time;
  return {std::move(builder).freeze(), 0, options};
}

/// A machine that has claimed and applies `events`.
struct applying {
  applying() : applying{seeing()} {}
  template <class Builder>
  explicit applying(Builder builder, page_ptr given = made_page({"a", "b", "c"}))
      : machine{make(std::move(builder), time)}, events{std::move(given)} {
    REQUIRE(find<todo::claim>(machine.start()));
    const auto next = machine.on_claim(granted());
    REQUIRE(find<todo::apply>(give_page(next)));
  }
  /// Answers the fetch in `asked`: who stands has let go of its page.
  actions give_page(const actions& asked) {
    REQUIRE(find<todo::fetch>(asked));
    fetched = *find<todo::fetch>(asked);
    return machine.on_page(events, fetched.token);
  }
  manual_clock time;
  projection_machine machine;
  page_ptr events;
  todo::fetch fetched;
};

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

TEST_CASE("a machine that stands full claims anew when resumed, and after a while by itself") {
  applying at;
  auto full = done(1);
  full.overflow = "as much is parked as may be";
  auto next = at.machine.on_applied(full);
  CHECK(at.machine.state() == projection_state::paused);
  const auto* wake = find<todo::wake>(next);
  REQUIRE(wake);
  const bool by_hand = GENERATE(true, false);
  next = by_hand ? at.machine.resume() : at.machine.on_timer(wake->token);
  REQUIRE(find<todo::claim>(next)); // another process may have reset it, or own it by now
  claim_report lost;
  lost.state = claim_report::status::held;
  lost.detail = "owned by another";
  CHECK(find<todo::wake>(at.machine.on_claim(lost)));
  CHECK(at.machine.state() == projection_state::standing_by);
}

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
    CHECK_FALSE(find<todo::apply>(machine.pause("")));
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
  CHECK(at.machine.parked()->count(std::string{"Thing\0b", 7}) == 1);
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
  const auto up = at.give_page(at.machine.discard());
  REQUIRE(find<todo::give_up>(up));
  CHECK(find<todo::give_up>(up)->subject->position == 3);
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
  static_cast<void>(paused.machine.pause("holidays"));
  static_cast<void>(paused.machine.on_applied(done(1)));
  CHECK(paused.events.use_count() == 1);
  CHECK(find<todo::apply>(paused.give_page(paused.machine.resume())));
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
  static_cast<void>(at.machine.pause("lunch"));
  CHECK(at.machine.on_timer(find<todo::wake>(failed)->token).empty());
  CHECK(at.machine.state() == projection_state::paused);
  CHECK(find<todo::claim>(at.machine.resume()));
}

TEST_CASE("a result of before a reset changes nothing after it") {
  applying at;
  CHECK(at.machine.begin_again().empty()); // the job under way ends first
  CHECK(find<todo::claim>(at.machine.on_applied(done(3))));
  CHECK(at.machine.passed() == 0);
}

TEST_CASE("who finds that it is fenced while a job is under way waits for the job") {
  applying at;
  CHECK_FALSE(find<todo::claim>(at.machine.on_fenced()));
  const auto after = at.machine.on_applied(done(3));
  REQUIRE(find<todo::wake>(after));
  CHECK(at.machine.state() == projection_state::standing_by);
  CHECK(find<todo::claim>(at.machine.on_timer(find<todo::wake>(after)->token)));
}

TEST_CASE("a hold waits for the job, and says why it stands") {
  applying at;
  CHECK_FALSE(find<todo::held>(at.machine.hold()));
  CHECK(find<todo::held>(at.machine.on_applied(done(3))));
  CHECK(at.machine.state() == projection_state::paused);
  CHECK_FALSE(at.machine.reason().empty());
  CHECK(find<todo::claim>(at.machine.begin_again()));
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

TEST_CASE("an operator's take-over is for who stands by, once") {
  applying at;
  CHECK(at.machine.take_over().empty()); // it has the claim
  static_cast<void>(at.machine.on_applied(done(3)));
  static_cast<void>(at.machine.on_fenced());
  REQUIRE(at.machine.state() == projection_state::standing_by);
  const auto todo = at.machine.take_over();
  REQUIRE(find<todo::claim>(todo));
  CHECK(find<todo::claim>(todo)->take_over);
  CHECK(find<todo::note>(todo)->what == "take_over");
  CHECK(at.machine.state() == projection_state::standing_by);
  static_cast<void>(at.machine.on_claim(granted(3, 5)));
  CHECK(at.machine.state() == projection_state::running);
  static_cast<void>(at.machine.on_fenced());
  const auto retried = at.machine.resume();
  REQUIRE(find<todo::claim>(retried));
  CHECK_FALSE(find<todo::claim>(retried)->take_over);
}

TEST_CASE("a take-over that comes while a claim is under way follows it, unless it was granted") {
  for (const bool is_granted : {false, true}) {
    applying at;
    static_cast<void>(at.machine.on_applied(done(3)));
    const auto fenced = at.machine.on_fenced();
    REQUIRE(find<todo::claim>(at.machine.on_timer(find<todo::wake>(fenced)->token)));
    CHECK_FALSE(find<todo::claim>(at.machine.take_over()));
    claim_report held;
    held.state = claim_report::status::held;
    const auto next = at.machine.on_claim(is_granted ? granted(3, 5) : held);
    const auto* claim = find<todo::claim>(next);
    CHECK((claim && claim->take_over) == !is_granted);
    static_cast<void>(at.machine.on_fenced());
    const auto later = at.machine.resume();
    if (is_granted)
      CHECK_FALSE(find<todo::claim>(later)->take_over);
  }
}

TEST_CASE("a drain finishes the job, releases and ends; nothing comes after that") {
  applying at;
  CHECK(at.machine.drain().empty());
  CHECK(find<todo::release>(at.machine.on_applied(done(3))));
  CHECK(find<todo::end>(at.machine.on_released()));
  CHECK(at.machine.state() == projection_state::ended);
  CHECK(at.machine.on_fenced().empty());
  CHECK(at.machine.on_save_tick().empty());
  CHECK(at.machine.discard().empty());
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

} // namespace waymark::test
