// What `explain` says of situations that are really there; how each sentence is made is tested in
// explain_test.cpp.
#include "supervisors/engine_status.hpp"
#include "supervisors/explain.hpp"
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"
#include "tests/supervisors/sentence.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/process_instance.hpp>

using namespace waymark;
using namespace waymark::test;

namespace {

projection never_ready(const std::string& why) {
  return shop::revenue_tables().on<shop::order_placed>(
      [why](read_model&, const shop::order_placed&) { throw store_error{why}; });
}

} // namespace

TEST_CASE("explained: caught up, and a head that does not move") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up: the log is empty"));
  it.wait_until("revenue", place_orders(it, 5), patience);
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 5*"));
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 5; no events "
                                "have been appended since 20*Z"));
  CHECK(it.examine("revenue").evidence.last_appended_at == it.log().mark_at(5)->recorded_at);
}

TEST_CASE("explained: catching up, and whose handler takes the time") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  const auto hurry = std::make_shared<std::atomic<bool>>(false);
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [hurry](read_model& db, const shop::order_placed& e) {
        if (!hurry->load())
          std::this_thread::sleep_for(20ms);
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  const auto token = place_orders(it, 5'000);
  CHECK(explains(it, "revenue", "projection \"revenue\" is catching up: 4* events behind at * "
                                "events/s, done in about *; the handler for \"OrderPlaced\" takes "
                                "* % of the time"));
  CHECK(it.status("revenue").evidence.busiest_share > 0.5);
  hurry->store(true);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
}

TEST_CASE("explained: paused") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  it.wait_until("revenue", place_orders(it, 5), patience);
  it.pause("revenue", "stocktaking");
  CHECK(explains(it, "revenue", "projection \"revenue\" is paused by an operator: stocktaking, "
                                "since 20*Z at position 5; resume it to go on"));
}

TEST_CASE("explained: a store that can't be reached") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(never_ready("the database is away"));
  place_orders(it, 5);
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is degraded at position 0 since 20*Z: its store can't "
                 "serve (the database is away) after * failures in a row, next try *; it goes on "
                 "by itself, and nothing is lost"));
}

TEST_CASE("explained: the only session is busy") {
  engine_fixture test;
  auto options = test.options();
  options.drain_deadline = 1s;
  engine it{test.open_file(), options};
  const auto held = std::make_shared<turnstile>();
  it.start(projection{"stuck"}.on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  place_orders(it, 1);
  REQUIRE(held->wait_for_somebody());
  it.start(projection{"behind"}.on<shop::order_placed>(
      [](read_model&, const shop::order_placed&) {}));
  CHECK(explains(it, "behind",
                 "projection \"behind\" waits for a session at position 0, for * now: the only one "
                 "is busy, \"stuck\" has been in \"OrderPlaced\" *-* at position 1 for *; a "
                 "projection in a store of its own waits for nobody"));
  CHECK(explains(it, "stuck", "projection \"stuck\" has been in event \"OrderPlaced\" *-* at "
                              "position 1 for *; look at what its handler waits for"));
  held->open();
}

TEST_CASE("explained: parked keys") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()));
  it.append(order("a", "poison", 1));
  it.append(order("a", "monday", 1));
  const auto token = it.append(order("a", "tuesday", 1));
  CHECK(it.wait_until("revenue", token, patience) == wait_result::parked);
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 3*; 1 key is "
                                "parked with 3 events since 20*Z*"));
}

TEST_CASE("explained: standing by for another owner") {
  engine_fixture test;
  const auto file = test.open_file();
  engine first{file, test.options()};
  first.start(shop::revenue());
  first.wait_until("revenue", place_orders(first, 5), patience);
  engine second{file, test.options()};
  second.start(shop::revenue());
  CHECK(explains(second, "revenue",
                 "projection \"revenue\" stands by at position 5 since 20*Z: owned by pid * on "
                 "host *; takes over when that one lets go"));
}

TEST_CASE("explained: fenced by another owner") {
  engine_fixture test;
  const auto file = test.open_file();
  engine it{file, test.options()};
  it.start(shop::revenue());
  it.wait_until("revenue", place_orders(it, 5), patience);
  const claim_request thief{.key = {"revenue", 0},
                            .key_rule = "stream",
                            .log_id = file.events->log_id(),
                            .owner = make_owner_instance(),
                            .take_over = true};
  static_cast<void>(file.projections->claim({&thief, 1}));
  place_orders(it, 1, "p-");
  CHECK(explains(it, "revenue", "projection \"revenue\" was fenced at position 5 since 20*Z by pid "
                                "* on host *; takes over when that one lets go"));
}

TEST_CASE("explained: another log in the old one's place") {
  engine_fixture test;
  const auto records = test.open_file("records.db");
  {
    engine it{test.open_file("one.db"), test.options()};
    it.start(shop::revenue().into(records.projections));
    it.wait_until("revenue", place_orders(it, 5), patience);
  }
  engine it{test.open_file("two.db"), test.options()};
  it.start(shop::revenue().into(records.projections));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has diverged from the log at position 5: its checkpoint "
                 "belongs to the log *, but *two.db is the log *: reset the projection, or put the "
                 "right log back"));
}

TEST_CASE("explained: a projection at fault") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(projection{"revenue"}.on<shop::order_placed>(
      [](read_model& db, const shop::order_placed& e) {
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  place_orders(it, 1);
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has failed at position 0 since 20*Z: *no such table: "
                 "revenue*; mend it and resume it, next try in 4 min"));
}

TEST_CASE("explained: an actor that is restarted") {
  open_engine test{[](engine_options& o) {
    o.supervisors = {{.name = "slow", .backoff = {1h, 1h, 1.0, 0.0}, .children = {"revenue"}}};
  }};
  test.start();
  REQUIRE(eventually([&] { return test.shown().status.state == projection_state::running; }));
  kill(test.context->others->find(roles::projection({"revenue", 0})));
  REQUIRE(eventually([&] { return test.shown().status.state == projection_state::backing_off; }));
  const std::vector shards{test.shown()};
  const auto status = join_status(shards, 0);
  CHECK(is_like(explain_status(status, lag_of(shards, *test.context->where.events),
                               clock::system().now()),
                "projection \"revenue\" is being restarted at position 0 after 1 failure (killed), "
                "next try in 59 min"));
}
