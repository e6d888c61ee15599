// What becomes of writes to waymark's tables that a function hides from the look at the statement.
#include "tests/catch.hpp"

#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/supervisors/engine_fixture.hpp"

namespace waymark::test {

namespace {

using contract::own;
using contract::request_of;
using contract::step;

/// Makes the function that handlers call: it does `what` in waymark's tables.
void hide(const postgres_schema& schema, const std::string& what) {
  run_sql("CREATE OR REPLACE FUNCTION " + schema.name() +
          ".meddle() RETURNS void LANGUAGE plpgsql SET search_path = " + schema.name() +
          " AS $$ BEGIN " + what + "; END $$");
}

} // namespace

TEST_CASE("a batch whose function changes its own checkpoint is not committed") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  projections->prepare_tables(contract::revenue_table());
  const auto owner = own(*projections, request_of("p", "a"));
  REQUIRE(projections->begin(owner)->commit(step(0, 5)) == commit_status::committed);
  for (const std::string what :
       {"UPDATE checkpoints SET position = position + 1", "UPDATE checkpoints SET position = 0",
        "UPDATE checkpoints SET epoch = epoch + 1", "DELETE FROM checkpoints",
        "TRUNCATE checkpoints"}) {
    CAPTURE(what);
    hide(schema, what);
    auto unit = projections->begin(owner);
    unit->model().execute(contract::add_revenue, "monday", 5);
    (void)unit->model().query("SELECT meddle()");
    CHECK(unit->commit(step(5, 6)) == commit_status::fenced);
    unit.reset();
    CHECK(contract::revenue(*projections) == 0);
    CHECK(projections->load(owner.key)->position == 5);
    CHECK(projections->load(owner.key)->epoch == owner.epoch);
  }
  CHECK(projections->begin(owner)->commit(step(5, 6)) == commit_status::committed);
}

TEST_CASE_METHOD(engine_fixture, "a projection whose checkpoint another's function has moved says "
                                 "so, and passes nothing") {
  const auto forward = GENERATE(true, false);
  const postgres_schema schema;
  engine it{open(schema.address()), options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 6), patience) == wait_result::reached);
  it.pause("revenue");
  hide(schema, std::string{"UPDATE checkpoints SET position = position "} + (forward ? "+" : "-") +
                   " 3 WHERE projection = 'revenue'");
  const auto once = std::make_shared<std::atomic<bool>>(true);
  it.start(projection{"meddler"}.on<shop::order_cancelled>(
      [once](read_model& db, const shop::order_cancelled&) {
        if (once->exchange(false))
          (void)db.query("SELECT meddle()");
      }));
  const auto token = it.append("o-1", any_version, shop::order_cancelled{"monday", 0});
  REQUIRE(it.wait_until("meddler", token, patience) == wait_result::reached);
  place_orders(it, 10, "after-");
  it.resume("revenue");
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::diverged; }));
  CHECK_THAT(it.explain("revenue"),
             Catch::Matchers::ContainsSubstring("at its checkpoint's position"));
  CHECK(cents_of(it) == 6);
  it.reset("revenue");
  CHECK(it.wait_until("revenue", it.head(), patience) == wait_result::reached);
  CHECK(cents_of(it) == 16);
}

} // namespace waymark::test
