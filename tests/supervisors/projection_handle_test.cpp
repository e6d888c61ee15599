#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

std::int64_t sum_of(read_model& db) {
  return db.query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM revenue");
}

} // namespace

TEST_CASE("a handle does with its projection what the engine does by name") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue_in_memory());
  const auto handle = it.start(shop::revenue());
  REQUIRE(handle.wait_until(place_orders(it, 5), patience) == wait_result::reached);
  CHECK(handle.status().key.projection == "revenue");
  CHECK(handle.lag().events == 0);
  CHECK(handle.health().state == health::level::healthy);
  handle.pause({.by = "anna", .why = "stocktaking"});
  CHECK(handle.explain().find("is paused by anna: stocktaking") != std::string::npos);
  handle.take_over({.by = "anna"}); // changes nothing, as it has the claim
  CHECK(handle.status().state == projection_state::paused);
  handle.resume();
  handle.reset({.by = "ben"});
  REQUIRE(handle.wait_until(5, patience) == wait_result::reached);
  handle.rebuild({.by = "carl"}, {.timeout = patience});
  CHECK(test.lines.count("reset revenue: begins anew: reset by ") == 2);
  CHECK(handle.read(sum_of) == 5);
  CHECK(handle.read().query_value<std::int64_t>("SELECT sum(cents) FROM revenue") == 5);
  CHECK_THROWS_AS(handle.discard_event(), usage_error); // it stands before none
  handle.stop();
  CHECK_THROWS_AS(handle.status(), usage_error);
  CHECK(it.names() == std::vector<std::string>{"revenue-in-memory"});
  it.start(shop::revenue());
  CHECK(handle.wait_until_caught_up(patience) == wait_result::reached);
}

TEST_CASE("a handle reads the state of a projection in memory") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  const auto handle = it.start(shop::revenue_in_memory());
  REQUIRE(handle.wait_until(place_orders(it, 3), patience) == wait_result::reached);
  CHECK(handle.read<shop::days>([](const shop::days& sums) { return sums.at("monday"); }) == 3);
  CHECK_THROWS_AS(handle.read(sum_of), usage_error);
}
