#include "tests/catch.hpp"

#include "actors/standing.hpp"

#include <functional>

namespace waymark::test {

namespace {

using change = std::function<void(standing&)>;
using state = projection_state;

standing still(stand how) {
  standing at;
  at.still(how, "why");
  return at;
}

} // namespace

TEST_CASE("how a shard stands is its state") {
  struct row {
    stand how;
    state shown;
    const char* refused;
  };
  const auto [how, shown, refused] = GENERATE(
      row{stand::none, state::running, ""},
      row{stand::backing_off, state::backing_off, ""},
      row{stand::full, state::paused, ""},
      row{stand::standing_by, state::standing_by, "stands by: why; ask the owner's process"},
      row{stand::degraded, state::degraded, "is degraded: why"},
      row{stand::stopped, state::stopped, "is why"},
      row{stand::failed, state::failed, "has failed: why; mend it and resume it first"},
      row{stand::diverged, state::diverged, "has diverged: why"});
  const auto at = still(how);
  CHECK(at.state(true) == shown);
  CHECK(at.reason(true) == (how == stand::none ? "" : "why"));
  CHECK(at.refusal_to_settle() == refused);
  CHECK(at.is_full() == (how == stand::full));
  CHECK(at.state(false) == (how == stand::none ? state::starting : shown));
  CHECK(at.reason(false) == "why"); // as that of the standstill before
}

TEST_CASE("what an operator wants comes before how it stands") {
  const auto how = GENERATE(stand::none, stand::full, stand::backing_off);
  auto at = still(how);
  at.pause({});
  CHECK(at.state(true) == state::paused);
  CHECK(at.reason(true) == "paused by an operator");
  CHECK(at.refusal_to_settle() == "is paused by an operator; resume it first");
  CHECK_FALSE(at.is_full());
  at.pause({.by = "anna", .why = "lunch"});
  CHECK(at.reason(true) == "paused by anna: lunch");
  at.holding = true;
  CHECK(at.state(true) == state::paused);
  CHECK(at.reason(true) == "held until its reset is done");
  CHECK(at.refusal_to_settle() == "is being reset");
  at.draining = true;
  CHECK(at.state(true) == state::draining);
  CHECK(at.reason(true) == "why");
  CHECK(at.refusal_to_settle() == "is being stopped");
}

TEST_CASE("a pause does not hide what somebody has to see to") {
  struct row {
    stand how;
    state shown;
  };
  const auto [how, shown] =
      GENERATE(row{stand::stopped, state::stopped}, row{stand::failed, state::failed},
               row{stand::diverged, state::diverged});
  auto at = still(how);
  at.pause({.by = "anna", .why = "lunch"});
  CHECK(at.state(true) == shown);
  CHECK(at.reason(true) == "why; it is also paused by anna: lunch");
  CHECK(at.refusal_to_settle() == "is paused by anna: lunch; resume it first");
  at.holding = true;
  CHECK(at.state(true) == state::paused);
  CHECK(at.reason(true) == "held until its reset is done");
  at.holding = false;
  at.go_on();
  CHECK(at.state(true) == state::paused);
  CHECK(at.reason(true) == "paused by anna: lunch");
}

TEST_CASE("who ends does not stand because too much is parked") {
  auto at = still(stand::full);
  SECTION("soon") { at.draining = true; }
  SECTION("now") { at.ended = true; }
  CHECK_FALSE(at.is_full());
}

TEST_CASE("a handler that has not come back makes it failed, whatever else it is") {
  auto at = still(stand::full);
  at.overdue = "too long";
  CHECK_FALSE(at.is_full());
  CHECK(at.refusal_to_settle() == "has failed: too long");
  const auto more = GENERATE(change{[](standing&) {}},
                             change{[](standing& s) { s.pause({}); }},
                             change{[](standing& s) { s.draining = true; }});
  more(at);
  CHECK(at.state(true) == state::failed);
  CHECK(at.reason(true) == "too long");
}

TEST_CASE("who has ended is at an end, or degraded if the store made it end") {
  const bool by_store = GENERATE(true, false);
  auto at = still(by_store ? stand::degraded : stand::none);
  at.ended = true;
  at.overdue = "too long";
  CHECK(at.state(true) == (by_store ? state::degraded : state::ended));
  CHECK(at.reason(true) == "why");
  CHECK(at.refusal_to_settle() == "is being stopped");
}

TEST_CASE("who goes on has nothing to say") {
  auto at = still(stand::stopped);
  at.go_on();
  CHECK(at.goes_on());
  CHECK(at.state(true) == state::running);
  CHECK(at.reason(true).empty());
  at.why = "handling letters of 1 key again";
  CHECK(at.reason(true).empty());
  CHECK(at.reason(false) == at.why); // it works on those, and on no live events
}

} // namespace waymark::test
