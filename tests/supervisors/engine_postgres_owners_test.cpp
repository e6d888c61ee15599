// Engines that want the same projections, with their records in PostgreSQL.
#include "tests/catch.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/raw_session.hpp"
#include "tests/supervisors/engine_fixture.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE_METHOD(engine_fixture,
                 "handlers that have all sessions cost no idle projection its claim") {
  const postgres_schema schema;
  auto with = options();
  with.owner_timeout = 1s;
  const auto held = std::make_shared<turnstile>();
  const auto idle = [] {
    return projection{"idle"}.on<shop::order_cancelled>(
        [](read_model&, const shop::order_cancelled&) {});
  };
  const auto address = schema.address("&max_sessions=2");
  engine first{open(address), with};
  const auto is_running = [&] { return first.status("idle").state == projection_state::running; };
  first.start(idle());
  REQUIRE(eventually(is_running));
  for (const auto* name : {"busy-1", "busy-2"})
    first.start(projection{name}.on<shop::order_placed>(
        [held](read_model&, const shop::order_placed&) { held->pass(); }));
  const auto token = first.append("o-1", no_stream, shop::order_placed{"monday", 1});
  REQUIRE(eventually([&] { return held->arrived() == 2; }));
  const auto store = open(schema.address()).projections;
  const auto epoch = store->load({"idle", 0})->epoch;
  engine second{open(address), with};
  second.start(idle());
  const auto taken = [&] { return store->load({"idle", 0})->epoch != epoch; };
  CHECK_FALSE(eventually(taken, 3 * with.owner_timeout));
  CHECK(second.status("idle").state == projection_state::standing_by);
  held->open();
  for (const auto* name : {"busy-1", "busy-2"})
    CHECK(first.wait_until(name, token, patience) == wait_result::reached);
  CHECK_FALSE(taken());
}

TEST_CASE_METHOD(engine_fixture, "renewals neither pile up at a store that hangs nor outlive it") {
  const postgres_schema schema;
  auto with = options();
  with.owner_timeout = 400ms;
  auto it = std::make_unique<engine>(open(schema.address()), with);
  it->start(shop::revenue());
  REQUIRE(eventually([&] { return it->status("revenue").state == projection_state::running; }));
  const auto renewals = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND application_name LIKE '% renew%' AND query LIKE '%" +
                        schema.name() + "%'";
  const auto store = open(schema.address()).projections;
  const auto renewed_at = [&] { return store->load({"revenue", 0})->renewed_at; };
  const auto goes_on = [&] {
    return eventually([&, from = renewed_at()] { return renewed_at() > from; });
  };
  CHECK(goes_on());
  raw_session other;
  other.run("BEGIN");
  other.run("LOCK TABLE " + schema.name() + ".checkpoints IN SHARE MODE"); // readers go on
  REQUIRE(eventually([&] {
    return run_sql(renewals + " AND wait_event_type = 'Lock'") == "1";
  }));
  std::this_thread::sleep_for(2 * with.owner_timeout); // many renewals would be due
  CHECK(run_sql(renewals) == "1");
  other.run("COMMIT");
  CHECK(goes_on());
  CHECK(it->stop());
  it.reset();
  CHECK(eventually([&] { return run_sql(renewals) == "0"; }));
}

TEST_CASE_METHOD(engine_fixture, "a row that somebody has locked holds up only its projection") {
  const postgres_schema schema;
  const auto named = [](const std::string& name) {
    return projection{name}
        .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
        .freeze();
  };
  const std::vector<std::string> others{"a", "b", "y", "z"};
  const auto start = [&](engine& it) { // two sessions for five, which claim together
    std::vector<spec_ptr> all{named("locked")};
    for (const auto& each : others)
      all.push_back(named(each));
    it.start(all);
  };
  const auto address = schema.address("&max_sessions=2");
  {
    engine before{open(address), options()};
    start(before);
    REQUIRE(before.wait_until("locked", place_orders(before, 1), patience) ==
            wait_result::reached);
  }
  raw_session busy;
  busy.run("BEGIN");
  busy.run("SELECT 1 FROM " + schema.name() + ".checkpoints WHERE projection = 'locked' "
           "FOR UPDATE");
  engine it{open(address), options()};
  start(it);
  const auto token = place_orders(it, 5, "later-");
  for (const auto& each : others)
    CHECK(it.wait_until(each, token, patience) == wait_result::reached);
  CHECK(eventually([&] {
    return it.explain("locked").find("another transaction holds a lock") != std::string::npos;
  }));
  CHECK(it.status("locked").state == projection_state::degraded);
  for (int i = 0; i < 3; ++i) // while it tries again and again
    for (const auto& each : others)
      CHECK(it.wait_until(each, place_orders(it, 1, "more-" + each + std::to_string(i)),
                          patience) == wait_result::reached);
  busy.run("COMMIT");
  CHECK(it.wait_until("locked", it.head(), patience) == wait_result::reached);
}

namespace {

/// Its last statement waits for who has written the table, whether the index is there or not.
projection indexed_revenue() {
  return shop::revenue_tables().table("CREATE INDEX IF NOT EXISTS by_cents ON revenue (cents)");
}

} // namespace

TEST_CASE_METHOD(engine_fixture, "who stands by does not wait for what the owner has locked") {
  const postgres_schema schema;
  const auto held = std::make_shared<turnstile>();
  const auto insert = [held](read_model& db, const shop::order_placed& e) {
    db.execute("INSERT INTO revenue VALUES ($1, $2)", e.day, e.cents);
    held->pass();
  };
  const auto other = [](const std::string& name) {
    return projection{name}
        .table("CREATE TABLE IF NOT EXISTS " + name + " (n BIGINT)")
        .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
        .freeze();
  };
  engine first{open(schema.address()), options()};
  first.start(indexed_revenue().on<shop::order_placed>(insert));
  const auto token = place_orders(first, 1);
  REQUIRE(held->wait_for_somebody());
  engine second{open(schema.address()), options()};
  const auto same = indexed_revenue().on<shop::order_placed>(insert).freeze();
  SECTION("if it is started alone") { second.start(same); }
  SECTION("if it is started with others") { second.start({other("before"), same}); }
  second.start(other("meanwhile"));
  for (const auto& name : second.names())
    if (name != "revenue")
      CHECK(second.wait_until(name, token, patience) == wait_result::reached);
  CHECK(eventually(
      [&] { return second.status("revenue").state == projection_state::standing_by; }));
  held->open();
  CHECK(first.wait_until("revenue", token, patience) == wait_result::reached);
}

TEST_CASE_METHOD(engine_fixture, "tables that somebody has locked are made as soon as can be") {
  const postgres_schema schema;
  engine it{open(schema.address()), options()};
  run_sql("SET search_path = " + schema.name() +
          "; CREATE TABLE revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL)");
  raw_session busy;
  busy.run("BEGIN");
  busy.run("INSERT INTO " + schema.name() + ".revenue VALUES ('sunday', 1)");
  it.start(indexed_revenue().on<shop::order_placed>(
      [](read_model&, const shop::order_placed&) {}));
  CHECK(eventually([&] { return it.status("revenue").state == projection_state::degraded; }));
  CHECK(it.explain("revenue").find("by_cents") != std::string::npos);
  busy.run("COMMIT");
  CHECK(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  CHECK(run_sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_cents' AND schemaname = '" +
                schema.name() + "'") == "1");
}
