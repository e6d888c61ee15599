// The stores behind a pooler in transaction mode, which gives each transaction another session.
#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/kept_in.hpp"
#include "tests/persistence/pooler.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

using contract::command;
using contract::event_of;
using contract::own;
using contract::request_of;
using contract::step;

pooler& running_pooler() {
  static pooler it;
  return it;
}

std::string pooled_address(const postgres_schema& schema) {
  return running_pooler().address() + "&pooled=transaction&schema=" + schema.name() +
         "&search_path=" + schema.name();
}

std::shared_ptr<event_store> events(const clock& clk) {
  auto schema = std::make_shared<postgres_schema>();
  auto opened = open(pooled_address(*schema), {.clock = &clk}).events;
  return kept_in(std::move(schema), std::move(opened));
}

std::shared_ptr<projection_store> projections(const clock& clk) {
  auto schema = std::make_shared<postgres_schema>();
  auto opened = open(pooled_address(*schema), {.clock = &clk}).projections;
  return kept_in(std::move(schema), std::move(opened));
}

} // namespace

WAYMARK_EVENT_STORE_CONTRACT("pooled postgresql", events)
WAYMARK_PROJECTION_STORE_CONTRACT("pooled postgresql", projections)
WAYMARK_READ_MODEL_CONTRACT("pooled postgresql", projections)

TEST_CASE("a transaction behind a pooler has the settings, and leaves no trace") {
  const postgres_schema schema;
  const auto store = open(pooled_address(schema));
  const auto owner = own(*store.projections, request_of("p", "a"));
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  CHECK(db.query_value<std::string>("SHOW lock_timeout") == "10s");
  CHECK(db.query_value<std::string>("SHOW idle_in_transaction_session_timeout") == "1min");
  CHECK(db.query_value<std::string>("SHOW search_path") == schema.name());
  CHECK(db.query_value<std::int64_t>(
            "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") == 0);
  const auto pid = db.query_value<std::int64_t>("SELECT pg_backend_pid()");
  const auto name = db.query_value<std::string>(
      "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()");
  CHECK_THAT(name, Catch::Matchers::ContainsSubstring("unit pooled"));
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
  unit.reset();
  // Nobody listens, and the session that served the transaction is as it was.
  CHECK(run_sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '% listen%' "
                "AND application_name LIKE '%pooled'") == "0");
  CHECK(run_sql("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid) +
                " AND state = 'idle'") == "1");
}

TEST_CASE("readers behind a pooler look for themselves") {
  const postgres_schema schema;
  const auto reader = open(pooled_address(schema), {.poll_interval = 5ms, .fallback_poll = 1h});
  const auto writer = open(schema.address());
  std::thread later{[&] { writer.events->append(command("s", any_version, {event_of("A")})); }};
  CHECK(reader.events->wait_for(0, patience) == 1);
  later.join();
}

TEST_CASE_METHOD(engine_fixture, "a projection goes on when its pooler comes back, and says why "
                                 "it waited") {
  const postgres_schema schema;
  engine it{open(pooled_address(schema)), options()};
  it.start(shop::revenue());
  const auto first = place_orders(it, 20);
  REQUIRE(it.wait_until("revenue", first, patience) == wait_result::reached);
  running_pooler().stop();
  std::thread writer{[&] {
    const auto direct = open(schema.address()).events;
    direct->append(order("direct", "monday", 1));
  }};
  writer.join();
  CHECK(eventually([&] {
    const auto why = it.explain("revenue");
    return why.find(running_pooler().folder()) != std::string::npos;
  }));
  running_pooler().start();
  CHECK(it.wait_until("revenue", first.last_position + 1, patience) == wait_result::reached);
  CHECK(cents_of(it) == 21);
}

} // namespace waymark::test
