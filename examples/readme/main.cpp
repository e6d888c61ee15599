#include <waymark/waymark.hpp>

#include <iostream>

using namespace std::chrono_literals;

namespace shop {
struct order_placed {
  std::string day;
  std::int64_t cents;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, cents);
} // namespace shop

int main() {
  auto revenue =
      waymark::projection{"order-revenue"}
          .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL)")
          .truncate("DELETE FROM revenue")
          .on<shop::order_placed>([](waymark::read_model& db, const shop::order_placed& e) {
            db.execute("INSERT INTO revenue VALUES ($1, $2) ON CONFLICT (day) "
                       "DO UPDATE SET cents = revenue.cents + excluded.cents",
                       e.day, e.cents);
          })
          .retry({.attempts = 5, .backoff = {100ms, 10s}});

  waymark::engine engine{waymark::open("sqlite:orders.db")};
  auto handle = engine.start(std::move(revenue));
  auto token = engine.append("o-17", waymark::any_version, shop::order_placed{"2026-11-21", 1250});
  if (handle.wait_until(token, 5s) != waymark::wait_result::reached) { // given up, or it stands
    std::cerr << handle.explain() << '\n';
    return 1;
  }
  // The effect of the order is in the table, exactly once.
  auto cents = handle.read().query_value<std::int64_t>("SELECT sum(cents) FROM revenue");
  std::cout << "revenue so far: " << cents << " cents\n"; // 1250, and 1250 more in each further run
}
