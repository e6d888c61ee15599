// Tests a projection and a store with what is installed for that.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <waymark/contract/event_store_contract.hpp>
#include <waymark/contract/projection_store_contract.hpp>
#include <waymark/contract/read_model_contract.hpp>
#include <waymark/testing/check_replay.hpp>
#include <waymark/testing/scenario.hpp>
#include <waymark/waymark.hpp>

#include <cstdint>
#include <string>

namespace shop {

struct order_placed {
  std::string day;
  std::int64_t cents;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, cents);

waymark::projection revenue() {
  return waymark::projection{"order-revenue"}
      .table("CREATE TABLE IF NOT EXISTS revenue (cents BIGINT NOT NULL)")
      .truncate("DELETE FROM revenue")
      .on<order_placed>([](waymark::read_model& db, const order_placed& e) {
        db.execute("INSERT INTO revenue VALUES ($1)", e.cents);
      });
}

} // namespace shop

TEST_CASE("revenue is what was ordered") {
  const auto total = "SELECT sum(cents) FROM revenue";
  auto orders = waymark::testing::given(shop::order_placed{"2026-11-21", 1250})
                    .project(shop::revenue());
  CHECK(orders.query_value<std::int64_t>(total) == 1250);
  orders.then(shop::order_placed{"2026-11-22", 50});
  CHECK(orders.query_value<std::int64_t>(total) == 1300);
}

TEST_CASE("revenue survives crashes") {
  const auto history = waymark::testing::history(shop::order_placed{"2026-11-21", 1250},
                                                 shop::order_placed{"2026-11-22", 50});
  const auto report = waymark::testing::check_replay(shop::revenue, history);
  INFO(report.text());
  CHECK(report.ok());
}

WAYMARK_EVENT_STORE_CONTRACT("a foreign log", [](const waymark::clock& time) {
  return waymark::open("memory:", {.clock = &time}).events;
})
WAYMARK_PROJECTION_STORE_CONTRACT("a foreign store", [](const waymark::clock& time) {
  return waymark::open("memory:", {.clock = &time}).projections;
})
WAYMARK_READ_MODEL_CONTRACT("a foreign database", [](const waymark::clock& time) {
  return waymark::open("memory:", {.clock = &time}).projections;
})
