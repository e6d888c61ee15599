// The node around a projection of one's own: `cpp_node` has the commands of `waymark`, and projects
// "best-customers" beside what waymark.json describes in SQL.
#include <waymark/node/main.hpp>
#include <waymark/waymark.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace shop {

struct line {
  std::string article;
  std::int64_t cents = 0;
};
WAYMARK_STRUCT(line, article, cents);

struct order_placed {
  std::string day;
  std::string customer;
  std::vector<line> lines;
};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, customer, lines);

/// What SQL alone would not do as easily: a sum over the lines of an order.
waymark::projection best_customers() {
  return waymark::projection{"best-customers"}
      .table("CREATE TABLE IF NOT EXISTS best_customers (customer TEXT PRIMARY KEY, "
             "cents BIGINT NOT NULL)")
      .truncate("DELETE FROM best_customers")
      .on<order_placed>([](waymark::read_model& db, const order_placed& e) {
        std::int64_t cents = 0;
        for (const auto& each : e.lines)
          cents += each.cents;
        db.execute("INSERT INTO best_customers VALUES ($1, $2) ON CONFLICT (customer) "
                   "DO UPDATE SET cents = best_customers.cents + excluded.cents",
                   e.customer, cents);
      })
      .retry({.attempts = 3, .backoff = {100ms, 1s}});
}

} // namespace shop

int main(int argc, char** argv) {
  return waymark::main(argc, argv, {shop::best_customers().freeze()});
}
