// How a machine comes to own its projection, and lets go of it.
#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

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
  CHECK(at.machine.held());
  CHECK_FALSE(at.machine.reason().empty());
  CHECK(find<todo::claim>(at.machine.begin_again()));
  CHECK_FALSE(at.machine.held());
}

TEST_CASE("who stands by while a reset is tried, and fails, claims again after that") {
  applying at;
  static_cast<void>(at.machine.on_applied(done(3)));
  auto next = at.machine.on_fenced();
  REQUIRE(find<todo::wake>(next));
  if (GENERATE(false, true)) { // a claim is under way, and finds another owner
    REQUIRE(find<todo::claim>(at.machine.on_timer(find<todo::wake>(next)->token)));
    CHECK(at.machine.hold().empty());
    claim_report held;
    held.state = claim_report::status::held;
    next = at.machine.on_claim(held);
    CHECK(find<todo::held>(next));
    REQUIRE(find<todo::wake>(next));
  } else {
    CHECK(find<todo::held>(at.machine.hold()));
  }
  next = at.machine.on_timer(find<todo::wake>(next)->token);
  CHECK_FALSE(find<todo::claim>(next));
  REQUIRE(find<todo::wake>(next));
  CHECK(at.machine.release_hold().empty());
  CHECK(at.machine.state() == projection_state::standing_by);
  CHECK(find<todo::claim>(at.machine.on_timer(find<todo::wake>(next)->token)));
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

TEST_CASE("a release that fails is tried again, a few times") {
  applying at;
  REQUIRE(at.machine.drain().empty());
  REQUIRE(find<todo::release>(at.machine.on_applied(done(3))));
  for (int tries = 1; tries < 6; ++tries) {
    const auto asked = at.machine.on_job_lost("no connection");
    REQUIRE(find<todo::wake>(asked));
    CHECK(at.machine.resume().empty()); // nothing brings it forward
    const auto again = at.machine.on_timer(find<todo::wake>(asked)->token);
    REQUIRE(find<todo::release>(again));
  }
  SECTION("and then it is done") {
    const auto end = at.machine.on_released();
    REQUIRE(find<todo::end>(end));
    CHECK(find<todo::end>(end)->why == todo::end::reason::normal);
  }
  SECTION("and then it is told") {
    const auto end = at.machine.on_job_lost("no connection");
    REQUIRE(find<todo::note>(end));
    CHECK(find<todo::note>(end)->what == "release");
    CHECK(find<todo::end>(end)->why == todo::end::reason::store_fault);
  }
}

TEST_CASE("a reset while a release is to be tried again leaves nothing to wait for") {
  applying at;
  CHECK(at.machine.drain().empty());
  REQUIRE(find<todo::release>(at.machine.on_applied(done(3))));
  REQUIRE(find<todo::wake>(at.machine.on_job_lost("no connection")));
  CHECK(find<todo::end>(at.machine.begin_again()));
}

TEST_CASE("a store that fails in a drain is asked for the release all the same") {
  applying at;
  REQUIRE(at.machine.drain().empty());
  CHECK(find<todo::release>(at.machine.on_job_lost("no connection")));
  CHECK(find<todo::end>(at.machine.on_released()));
}

TEST_CASE("a drain finishes the job, releases and ends; nothing comes after that") {
  applying at;
  CHECK(at.machine.drain().empty());
  CHECK(find<todo::release>(at.machine.on_applied(done(3))));
  CHECK(find<todo::end>(at.machine.on_released()));
  CHECK(at.machine.state() == projection_state::ended);
  CHECK(at.machine.on_fenced().empty());
  CHECK(at.machine.on_save_tick().empty());
  CHECK(at.machine.discard(1).empty());
}

} // namespace waymark::test
