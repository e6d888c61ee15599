#include "tests/catch.hpp"

#include "actors/apply.hpp"
#include "actors/claim.hpp"
#include "actors/parking_lot.hpp"
#include "tests/actors/core_fixture.hpp"
#include "tests/contract/projection_store_claims.hpp"

namespace waymark::test {

namespace {

/// Parks so many events of a shard of "p", as another process would.
void park_in(projection_store& in, int shard, position_t events) {
  const auto owner =
      contract::own(in, contract::request_of("p", "another", shard, 2));
  const auto at = in.load(owner.key)->position;
  auto unit = in.begin(owner);
  for (position_t p = 1; p <= events; ++p)
    unit->park("k", at + p);
  REQUIRE(unit->commit(contract::step(at, at + events)) == commit_status::committed);
}

} // namespace

TEST_CASE("shards of a process have one limit, with what is under way in any of them") {
  const auto lot = std::make_shared<parking_lot>(5, 3);
  lot->set(0, 2);
  lot->set(1, 1);
  CHECK_FALSE(lot->full());
  {
    parking_lot::room one{lot};
    parking_lot::room other{lot};
    CHECK(one.take());
    CHECK(other.take());
    CHECK_FALSE(one.take());
    CHECK_FALSE(other.take());
    CHECK(lot->full());
    lot->set(0, 3); // committed
    one.give_back();
    CHECK_FALSE(one.take());
  }
  CHECK_FALSE(lot->full()); // the other one came to nothing
  lot->set(1, 2);
  CHECK(lot->full());
  lot->set(0, 0);
  CHECK_FALSE(lot->full());
}

TEST_CASE("shards of other processes count as they stood at the last look") {
  const auto store = open("memory:").projections;
  manual_clock time;
  parking_lot lot{5, 2, time};
  lot.set(0, 2);
  park_in(*store, 1, 2);
  lot.look(*store, "p");
  CHECK_FALSE(lot.full());
  park_in(*store, 1, 1);
  lot.look(*store, "p"); // not so soon again
  CHECK_FALSE(lot.full());
  lot.leave(0); // for who has lost a shard does not know what becomes of it
  lot.set(0, 2);
  lot.look(*store, "p");
  CHECK(lot.full());
  lot.set(1, 0); // it is ours now
  CHECK_FALSE(lot.full());
}

TEST_CASE("a look is worth it while others have shards, and the last was long ago") {
  const auto store = open("memory:").projections;
  manual_clock time;
  parking_lot lot{5, 2, time};
  lot.set(0, 2);
  CHECK(lot.outdated());
  lot.look(*store, "p");
  CHECK_FALSE(lot.outdated());
  time.advance(parking_lot::look_interval);
  CHECK(lot.outdated());
  lot.set(1, 0);
  CHECK_FALSE(lot.outdated()); // all are ours
}

TEST_CASE("a batch ends before the event that finds no room, and what it took is given back") {
  const auto at = open("memory:");
  claim_order order;
  order.spec = seeing().freeze();
  order.store = at.projections;
  order.owner = "me";
  const auto report = claim_shard(order);
  apply_request request;
  request.spec = order.spec;
  request.store = at.projections;
  request.owner = {report.record.key, report.record.epoch};
  request.parked = std::make_shared<parked_set>(parked_set{{std::string{"Thing\0b", 7}, 1}});
  request.lot = std::make_shared<parking_lot>(3, 1);
  request.lot->set(0, 1);
  {
    const auto outcome = apply(request, *made_page({"b", "a", "b", "b", "c"}));
    CHECK(outcome.passed == 3);
    CHECK(outcome.parked.size() == 2);
    CHECK_THAT(outcome.overflow, Catch::Matchers::ContainsSubstring("3 events are parked"));
    CHECK(outcome.lot_is_full);
    CHECK(request.lot->full());
    request.stored = request.passed = 3;
    dead_letter letter;
    letter.error = "bad";
    const auto given_up = give_up_event(request, made_event(4, "z"), letter, true);
    CHECK_THAT(given_up.overflow, Catch::Matchers::ContainsSubstring("which has failed (bad)"));
    CHECK(given_up.lot_is_full);
    CHECK(at.projections->counts({"p", 0}) == letter_counts{0, 1, 2});
  }
  CHECK_FALSE(request.lot->full());
  CHECK(give_up_event(request, made_event(4, "z"), {}, true).passed == 4);
}

} // namespace waymark::test
