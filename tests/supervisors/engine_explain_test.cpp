// What `explain` says of situations that are really there; how each sentence is made is tested in
// explain_test.cpp.
#include "tests/catch.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/supervisors/engine_fixture.hpp"
#include "tests/supervisors/sentence.hpp"

#include <filesystem>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("explained: caught up, and a head that does not move") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up: the log is empty"));
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 5; no events "
                                "have been appended since {time}"));
  CHECK(it.examine("revenue").evidence.last_appended_at == it.log().mark_at(5)->recorded_at);
  int n = 0;
  CHECK(eventually([&] { // as soon as something new has come
    const auto token = place_orders(it, 1, std::to_string(++n) + "-");
    REQUIRE(it.wait_until("revenue", token, patience) == wait_result::reached);
    return is_like(it.explain("revenue"), "projection \"revenue\" has caught up at position {n}");
  }));
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
      }).batch({.max_transaction = 400ms})); // a slow disk has its share of each commit
  const auto token = place_orders(it, 5'000);
  CHECK(explains(it, "revenue", "projection \"revenue\" is catching up: {n} events behind at {n} "
                                "events/s, done in about {span}; the handler for \"OrderPlaced\" "
                                "takes {n} % of the time"));
  CHECK(it.status("revenue").evidence.busiest_share > 0.5);
  hurry->store(true);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
}

TEST_CASE("explained: paused") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  it.pause("revenue", {.by = "anna@db7", .why = "stocktaking"});
  CHECK(explains(it, "revenue", "projection \"revenue\" is paused by anna@db7: stocktaking, since "
                                "{time} at position 5, until it is resumed or its process "
                                "ends"));
  it.resume("revenue", {.by = "ben"});
  CHECK(eventually([&] { return test.lines.count("goes on: resumed by ben") == 1; }));
  it.pause("revenue", {.by = "ben"});
  CHECK(explains(it, "revenue", "projection \"revenue\" is paused by ben, since {time} at position "
                                "5, until it is resumed or its process ends"));
  it.pause("revenue");
  CHECK(explains(it, "revenue", "projection \"revenue\" is paused by an operator, since {time} at "
                                "position 5, until it is resumed or its process ends"));
}

TEST_CASE("explained: a file that was taken away") {
  engine_fixture test;
  auto apart = open(test.folder.address("apart.db"));
  auto options = test.options();
  options.store_backoff = {1h, 1h, 1.0, 0.0}; // or it is the second failure when it is asked
  engine it{test.open_file(), options};
  it.start(shop::revenue().into(apart.projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  std::filesystem::remove(test.folder.file("apart.db"));
  place_orders(it, 1, "p-");
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is degraded at position 5 since {time}: its store can't "
                 "serve (sqlite:{path}: the file was replaced or removed while it was open; what "
                 "was "
                 "read from it no longer counts) after 1 failure, next try in {span}; it goes on "
                 "by "
                 "itself, and nothing is lost"));
}

TEST_CASE("explained: a file that another process writes to") {
  engine_fixture test;
  auto options = test.options();
  options.store_backoff = {1s, 1s, 1.0, 0.0};
  auto apart = open(test.folder.address("apart.db"));
  engine it{test.open_file(), options};
  it.start(shop::revenue().into(apart.projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  {
    raw_sqlite other{test.folder.file("apart.db")};
    other.execute("BEGIN IMMEDIATE");
    place_orders(it, 1, "p-");
    CHECK(explains(it, "revenue",
                   "projection \"revenue\" has waited for its store at position 5 for {span}"));
  }
  CHECK(it.wait_until("revenue", 6, patience) == wait_result::reached);
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
                 "projection \"behind\" waits for a session at position 0, for {span} now: the "
                 "only one is busy, \"stuck\" has been in \"OrderPlaced\" {id} at position 1 for "
                 "{span}; a projection in a store of its own waits for nobody"));
  CHECK(explains(it, "stuck", "projection \"stuck\" has been in event \"OrderPlaced\" {id} at "
                              "position 1 for {span}; look at what its handler waits for"));
  held->open();
}

TEST_CASE("explained: parked keys") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()));
  it.append(order("a", "poison", 1));
  it.append(order("a", "monday", 1));
  auto token = it.append(order("a", "tuesday", 1));
  CHECK(it.wait_until("revenue", token, patience) == wait_result::parked);
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 3; no events "
                                "have "
                                "been appended since {time}; 1 key is parked with 3 events since "
                                "{time}"));
  it.append(order("b", "poison", 1));
  token = it.append(order("c", "poison", 1));
  CHECK(it.wait_until("revenue", token, patience) == wait_result::parked);
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up at position 5; no events "
                                "have "
                                "been appended since {time}; 3 keys are parked with 5 events since "
                                "{time}"));
}

TEST_CASE("explained: standing by for another owner") {
  engine_fixture test;
  const auto file = test.open_file();
  engine first{file, test.options()};
  first.start(shop::revenue());
  REQUIRE(first.wait_until("revenue", place_orders(first, 5), patience) == wait_result::reached);
  engine second{file, test.options()};
  second.start(shop::revenue());
  CHECK(explains(second, "revenue",
                 "projection \"revenue\" stands by at position 5 since {time}: owned by {owner}; "
                 "takes over when that one lets go"));
}

TEST_CASE("explained: fenced by another owner") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = patience; // nobody but an operator takes it
  engine it{file, options};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  engine other{file, options};
  other.start(shop::revenue());
  REQUIRE(eventually(
      [&] { return other.status("revenue").state == projection_state::standing_by; }));
  other.take_over("revenue");
  REQUIRE(eventually(
      [&] { return other.status("revenue").state == projection_state::running; }));
  place_orders(it, 1, "p-");
  CHECK(explains(it, "revenue", "projection \"revenue\" was fenced at position {n} since {time} by "
                                "{owner}; takes over when that one lets go"));
  CHECK(other.wait_until("revenue", 6, patience) == wait_result::reached);
  CHECK(cents_of(other) == 6);
}

TEST_CASE("explained: another log in the old one's place") {
  engine_fixture test;
  const auto records = test.open_file("records.db");
  {
    engine it{test.open_file("one.db"), test.options()};
    it.start(shop::revenue().into(records.projections));
    REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  }
  engine it{test.open_file("two.db"), test.options()};
  it.start(shop::revenue().into(records.projections));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has diverged from the log at position 5: its checkpoint "
                 "belongs to the log {id}, but sqlite:{path}two.db is the log {id}: reset the "
                 "projection, or put the right log back"));
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
                 "projection \"revenue\" has failed at position 0 since {time}: OrderPlaced {id} "
                 "at "
                 "position 1: {library}no such table: revenue{library}"
                 "; mend it and resume it, next try in 4 min"));
}

TEST_CASE("explained: an event that is tried again") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()).retry({.attempts = 3, .backoff = {1h, 1h, 1.0, 0.0}}));
  it.append(order("a", "poison", 1));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is backing off at position 0: OrderPlaced {id} at "
                 "position 1 has failed 1 of 3 times (can't stand poison), next try in {span}; "
                 "mend its cause meanwhile, or it is given up"));
}

TEST_CASE("explained: as much is parked as may be") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()).park_limits({.per_key = 2}));
  for (const auto* day : {"poison", "monday", "monday"})
    it.append(order("a", day, 1));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is full at position 2 since {time}: 2 events of the "
                 "key \"Order/a\" are parked, as many as .park_limits allows a key: stands "
                 "before OrderPlaced {id} at position 3 until letters are retried or discarded; it "
                 "then goes on by itself; 1 key is parked with 2 events since {time}"));
}

TEST_CASE("explained: an actor that is restarted, once and again") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "slow", .backoff = {1ms, 20s, 1'000.0, 0.0},
                          .children = {"revenue"}}};
  engine it{test.open_file(), options};
  auto retry = tries(2);
  retry.retry_if = [](const std::string&) -> bool {
    throw std::runtime_error{"a bug in retry_if"};
  };
  it.start(delicate_revenue(poison()).retry(std::move(retry)));
  REQUIRE(it.wait_until("revenue", place_orders(it, 2), patience) == wait_result::reached);
  it.append(order("a", "poison", 1));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is being restarted at position 2 after 3 failures in a "
                 "row (a bug in retry_if), next try in {span}"));
}

TEST_CASE("explained: an event that it is stopped before") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()).on_give_up(give_up::stop));
  it.append(order("a", "monday", 1));
  it.append(order("a", "poison", 1));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is stopped before the event at position 2: can't stand "
                 "poison; resume or discard it"));
}

TEST_CASE("explained: a file has no append lock that anybody could hold") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  CHECK(it.examine("revenue").evidence.append_obstacle.empty());
}
