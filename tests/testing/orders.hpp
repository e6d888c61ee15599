#pragma once

#include <waymark/actors/projection.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace shop {

struct order_placed {
  std::string day;
  std::int64_t cents = 0;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, cents);

struct order_cancelled {
  std::string day;
  std::int64_t cents = 0;
};
WAYMARK_EVENT(order_cancelled, "OrderCancelled", "Order", day, cents);

inline constexpr auto add_to_day = "INSERT INTO revenue VALUES ($1, $2) "
                                   "ON CONFLICT (day) DO UPDATE SET cents = revenue.cents + $2";

inline waymark::projection revenue_tables() {
  return waymark::projection{"revenue"}
      .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL)")
      .truncate("DELETE FROM revenue");
}

inline waymark::projection revenue() {
  return revenue_tables()
      .on<order_placed>([](waymark::read_model& db, const order_placed& e) {
        db.execute(add_to_day, e.day, e.cents);
      })
      .on<order_cancelled>([](waymark::read_model& db, const order_cancelled& e) {
        db.execute(add_to_day, e.day, -e.cents);
      });
}

/// Revenue by day.
using days = std::map<std::string, std::int64_t>;

inline waymark::memory_projection<days> revenue_in_memory() {
  return waymark::projection::in_memory<days>("revenue-in-memory")
      .on<order_placed>([](days& sums, const order_placed& e) { sums[e.day] += e.cents; })
      .on<order_cancelled>([](days& sums, const order_cancelled& e) { sums[e.day] -= e.cents; });
}

} // namespace shop
