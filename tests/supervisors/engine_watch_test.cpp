#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("lag, health and status of a projection that has caught up, and of one that has not") {
  engine_fixture test;
  auto options = test.options();
  options.health = {0s, 300s};
  manual_clock time;
  engine it{open(test.folder.address("dated.db"), {.clock = &time}), options};
  it.start(shop::revenue());
  const auto last = place_orders(it, 5);
  REQUIRE(it.wait_until("revenue", last, patience) == wait_result::reached);
  auto lag = it.lag("revenue");
  CHECK(lag.projection == "revenue");
  CHECK(lag.events == 0);
  CHECK(lag.lag_seconds == 0.0);
  CHECK(lag.events_processed == 5);
  CHECK(lag.last_event_id == lag.latest_event_id);
  CHECK(lag.last_processed_at);
  it.pause("revenue");
  place_orders(it, 2, "p-");
  time.advance(90s);
  place_orders(it, 1, "q-");
  lag = it.lag("revenue");
  CHECK(lag.events == 3);
  CHECK(lag.last_event_id != lag.latest_event_id);
  CHECK(lag.lag_seconds.value() == 90.0);
  CHECK(it.status("revenue").passed == 5);
  CHECK(it.status("revenue").position == position_t{5});
  CHECK(eventually([&] { return it.status("revenue").head == position_t{8}; }));
  CHECK(it.health("revenue").state == health::level::degraded);
  CHECK(it.health("revenue").http_status == 503);
  it.resume("revenue");
  REQUIRE(it.wait_until("revenue", 8, patience) == wait_result::reached);
  CHECK_THROWS_WITH(it.status("nobody"), Catch::Matchers::ContainsSubstring("\"revenue\""));
}

TEST_CASE("events that nobody wants are passed, and saved before long") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue().filter({.aggregate_types = {"Order"}, .tenant_id = "t"}));
  it.start(shop::revenue_in_memory());
  auto wanted = order("a", "monday", 1);
  wanted.events[0].tenant_id = "t";
  it.append(wanted);
  const auto token = place_orders(it, 50);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 1);
  CHECK(eventually([&] { return it.checkpoint("revenue")->position == token.last_position; }));
}

TEST_CASE("the last event of an outside projection stays whole behind events that nobody wants") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(projection::at_least_once("mailer")
               .on<shop::order_placed>([](const shop::order_placed&) {})
               .filter({.tenant_id = "t"}));
  it.start(shop::revenue_in_memory()); // so that the others are read
  auto wanted = order("a", "monday", 1);
  wanted.events[0].tenant_id = "t";
  it.append(wanted);
  const auto token = place_orders(it, 50); // and ticks join their save with the first one's
  REQUIRE(eventually([&] { return it.checkpoint("mailer")->position == token.last_position; }));
  const auto record = *it.checkpoint("mailer");
  CHECK(record.events_processed == 1);
  CHECK(record.last_event_type == "OrderPlaced");
  CHECK(record.last_event_at > timestamp{});
}

TEST_CASE("a wait that ends too early says where the projection is") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  it.pause("revenue", {.why = "holidays"});
  const auto token = place_orders(it, 1);
  CHECK_THROWS_AS(it.wait_until("revenue", token, 1ms), timeout_error);
  CHECK_THROWS_WITH(it.wait_until("revenue", token, 1ms),
                    Catch::Matchers::ContainsSubstring("holidays"));
}

TEST_CASE("a few lines are logged, and none for an event") {
  engine_fixture test;
  {
    engine it{test.open_file(), test.options()};
    it.start(shop::revenue());
    REQUIRE(it.wait_until("revenue", place_orders(it, 2'000), patience) == wait_result::reached);
    it.pause("revenue");
    it.resume("revenue");
  }
  CHECK(test.lines.count("start revenue: starts after position 0") == 1);
  CHECK(test.lines.count("pause revenue") == 1);
  CHECK(test.lines.count("caught_up revenue") >= 1);
  CHECK(test.lines.count("stop revenue") == 1);
  CHECK(test.lines.all().size() < 60);
}

TEST_CASE("as JSON, every line is an object of its own, whatever an error holds") {
  engine_fixture test;
  auto options = test.options();
  options.log.format = log_format::json;
  {
    engine it{test.open_file(), options};
    it.start(shop::revenue_tables()
                 .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
                   throw std::runtime_error{"two\nlines, \"quotes\" and \xff"};
                 })
                 .retry(tries(2)));
    CHECK(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::parked);
  }
  std::size_t give_ups = 0;
  for (const auto& line : test.lines.all()) {
    const auto object = nlohmann::json::parse(line);
    CHECK(object.at("level").is_string());
    CHECK(object.at("time").is_string());
    give_ups += object.at("event") == "give_up" ? 1 : 0;
  }
  CHECK(give_ups == 1);
}

TEST_CASE("a slow projection slows no other of another file") {
  engine_fixture test;
  auto options = test.options();
  options.drain_deadline = 1s;
  engine it{test.open_file(), options};
  auto slow_file = open(test.folder.address("slow.db"));
  const auto held = std::make_shared<turnstile>();
  it.start(
      projection{"slow"}
          .on<shop::order_placed>([held](read_model&, const shop::order_placed&) { held->pass(); })
          .into(slow_file.projections));
  it.start(shop::revenue());
  const auto token = place_orders(it, 3'000);
  REQUIRE(held->wait_for_somebody());
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.lag("slow").events == 3'000);
  held->open();
  CHECK(it.wait_until("slow", token, patience) == wait_result::reached);
}

TEST_CASE("a handler that does not come back is named, and so is who waits behind it") {
  engine_fixture test;
  auto options = test.options();
  options.drain_deadline = 1s;
  engine it{test.open_file(), options};
  const auto held = std::make_shared<turnstile>();
  it.start(projection{"stuck"}.on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  const auto token = place_orders(it, 1);
  REQUIRE(held->wait_for_somebody());
  it.start(
      projection{"behind"}.on<shop::order_placed>([](read_model&, const shop::order_placed&) {}));
  const auto says = [&](const std::string& name, const std::string& part) {
    return eventually([&] { return it.explain(name).find(part) != std::string::npos; });
  };
  CHECK(says("stuck", "\"stuck\" has been in event \"OrderPlaced\" "));
  CHECK(says("stuck", " at position 1 for "));
  CHECK(says("behind", "waits for a session"));
  CHECK(says("behind", "the only one is busy, \"stuck\" has been in \"OrderPlaced\" "));
  const auto shown = it.status("stuck").evidence.work;
  REQUIRE(shown);
  CHECK(shown->at == work_at_hand::stage::handling);
  CHECK(shown->event_id == it.log().mark_at(1)->event_id);
  held->open();
  CHECK(it.wait_until("stuck", token, patience) == wait_result::reached);
  CHECK(it.wait_until("behind", token, patience) == wait_result::reached);
  CHECK(it.status("stuck").reason.empty());
}

TEST_CASE("in a group, a store fault of one is no end of the others") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "together",
                          .strategy = restart_strategy::one_for_all,
                          .backoff = at_once(),
                          .children = {"revenue", "revenue-in-memory"}}};
  engine it{test.open_file(), options};
  const auto faults = std::make_shared<std::atomic<int>>(30);
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [faults](read_model& db, const shop::order_placed& e) {
        if (--*faults >= 0)
          throw store_error{"the database is away"};
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  it.start(shop::revenue_in_memory());
  const auto token = place_orders(it, 10);
  CHECK(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 10);
}

TEST_CASE("a bad supervision tree is refused before anything runs") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "a", .children = {"revenue"}},
                         {.name = "b", .children = {"revenue"}}};
  CHECK_THROWS_WITH(engine(open("memory:"), options),
                    Catch::Matchers::ContainsSubstring("revenue"));
}
