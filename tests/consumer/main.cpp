// Projects with the installed library, so that everything behind it is linked and runs.
#include <waymark/waymark.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

namespace shop {

struct order_placed {
  std::string day;
  std::int64_t cents;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, cents);

} // namespace shop

int main() {
  auto revenue = waymark::projection{"order-revenue"}
                     .table("CREATE TABLE IF NOT EXISTS revenue (cents BIGINT NOT NULL)")
                     .truncate("DELETE FROM revenue")
                     .on<shop::order_placed>(
                         [](waymark::read_model& db, const shop::order_placed& e) {
                           db.execute("INSERT INTO revenue VALUES ($1)", e.cents);
                         });

  waymark::engine engine{waymark::open("memory:")};
  auto handle = engine.start(std::move(revenue));
  auto token = engine.append("o-17", waymark::no_stream, shop::order_placed{"2026-11-21", 1250});
  if (handle.wait_until(token, std::chrono::seconds{30}) != waymark::wait_result::reached)
    return 1;
  const auto cents =
      engine.read("order-revenue").query_value<std::int64_t>("SELECT sum(cents) FROM revenue");
  std::cout << "revenue in cents: " << cents << '\n';
  return cents == 1250 ? 0 : 1;
}
