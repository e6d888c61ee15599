// A machine that stands because as much is parked as may be, while other shards make room.
#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

namespace {

using namespace std::chrono_literals;

/// One of two shards, applying a page. The other one, of another process, has parked an event, of
/// five that the projection may park.
struct one_of_two {
  explicit one_of_two(std::chrono::milliseconds failed_retry = 5min)
      : machine{seeing().shards(2).freeze(),
                0,
                {.failed_retry = failed_retry, .time = &time, .lot = lot}} {
    (void)machine.start();
    auto next = machine.on_claim(granted());
    next = machine.on_page(made_page({"a"}), find<todo::fetch>(next)->token);
    REQUIRE(find<todo::apply>(next));
    lot->look(*store, "p");
  }
  /// No room was left in the lot at that time; or behind the key.
  actions find_no_room(bool in_lot) {
    apply_outcome outcome;
    outcome.overflow = "full";
    outcome.lot_is_full = in_lot;
    auto next = machine.on_applied(outcome);
    REQUIRE(machine.full());
    return next;
  }
  std::shared_ptr<projection_store> store = open("memory:").projections;
  manual_clock time;
  std::shared_ptr<parking_lot> lot = std::make_shared<parking_lot>(5, 2, time);
  projection_machine machine;
};

} // namespace

TEST_CASE("room that comes back before a machine learns that there was none is found") {
  one_of_two at{GENERATE(5min, 0min)};
  const auto full = at.find_no_room(true); // another's batch had it, and was rolled back
  REQUIRE_FALSE(at.lot->full());
  REQUIRE(find<todo::wake>(full));
  CHECK(find<todo::wake>(full)->delay == 1s);
  CHECK(find<todo::fetch>(at.machine.on_timer(find<todo::wake>(full)->token)));
  CHECK(at.machine.state() == projection_state::running);
}

TEST_CASE("nothing is looked for behind a key where nobody else makes room") {
  one_of_two at;
  const auto full = at.find_no_room(false);
  REQUIRE(find<todo::wake>(full));
  CHECK(find<todo::wake>(full)->delay == 5min);
}

TEST_CASE("who stands full looks at what other processes have parked, now and then") {
  one_of_two at{0ms};
  at.lot->set(0, 5);
  auto next = at.find_no_room(true);
  next = at.machine.on_timer(find<todo::wake>(next)->token);
  REQUIRE(find<todo::wake>(next)); // the last look is not long ago
  at.time.advance(parking_lot::look_interval);
  next = at.machine.on_timer(find<todo::wake>(next)->token);
  REQUIRE(find<todo::look>(next));
  at.lot->look(*at.store, "p");
  SECTION("and goes on if there is room now") {
    at.lot->set(0, 4);
    CHECK(find<todo::fetch>(at.machine.on_looked()));
    CHECK(at.machine.state() == projection_state::running);
  }
  SECTION("and else waits again") {
    next = at.machine.on_looked();
    REQUIRE(find<todo::wake>(next));
    CHECK(at.machine.full());
    CHECK(find<todo::wake>(at.machine.on_timer(find<todo::wake>(next)->token)));
  }
  SECTION("which a drain waits for") {
    CHECK(at.machine.drain().empty());
    CHECK(find<todo::release>(at.machine.on_looked()));
  }
  SECTION("which means nothing once it has begun anew") {
    CHECK_FALSE(find<todo::claim>(at.machine.resume()));
    CHECK(find<todo::claim>(at.machine.on_looked()));
  }
}

} // namespace waymark::test
