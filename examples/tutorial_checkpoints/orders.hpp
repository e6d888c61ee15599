#pragma once

#include <waymark/waymark.hpp>

#include <cstdint>

namespace tutorial {

/// Money is counted in cents, so that sums are exact.
struct order_placed {
  std::int64_t cents = 0;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", cents);

struct revenue {
  std::int64_t cents = 0;
  std::int64_t orders = 0;
};

inline waymark::memory_projection<revenue> order_revenue() {
  return waymark::projection::in_memory<revenue>("order-revenue")
      .on<order_placed>([](revenue& so_far, const order_placed& e) {
        so_far.cents += e.cents;
        ++so_far.orders;
      });
}

/// The same in a table of one row.
inline waymark::projection order_revenue_on_disk() {
  return waymark::projection{"order-revenue"}
      .table("CREATE TABLE IF NOT EXISTS revenue "
             "(one INTEGER PRIMARY KEY, cents BIGINT NOT NULL, orders BIGINT NOT NULL)")
      .truncate("DELETE FROM revenue")
      .on<order_placed>([](waymark::read_model& db, const order_placed& e) {
        db.execute("INSERT INTO revenue VALUES (1, $1, 1) ON CONFLICT (one) DO UPDATE "
                   "SET cents = revenue.cents + excluded.cents, orders = revenue.orders + 1",
                   e.cents);
      });
}

inline revenue revenue_on_disk(waymark::projection_store& records) {
  revenue found;
  records.read([&](waymark::read_model& db) {
    for (const auto& [cents, orders] :
         db.query_as<std::int64_t, std::int64_t>("SELECT cents, orders FROM revenue"))
      found = {cents, orders};
  });
  return found;
}

} // namespace tutorial
