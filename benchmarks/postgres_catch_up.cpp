#include "benchmarks/engines.hpp"
#include "benchmarks/postgres_floor.hpp"
#include "benchmarks/postgres_server.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <unordered_map>

namespace bench {

namespace {

constexpr std::int64_t page_events = 1'000;

/// Sums up a batch by order and writes each order once.
waymark::projection batch_projection() {
  const auto into = std::make_shared<const tables>(0);
  waymark::projection result{into->name};
  result.table(into->create_orders)
      .on_batch({"OrderPlaced", "OrderChanged", "OrderPaid", "OrderShipped"},
                [into](waymark::read_model& db, waymark::batch_of<nlohmann::json> batch) {
                  std::unordered_map<std::string_view, totals::order> sums;
                  for (const auto& e : batch) {
                    const auto of = fields_of(e.data);
                    auto& sum = sums[e.envelope.aggregate_id];
                    sum.customer = of.customer;
                    sum.city = of.city;
                    sum.quantity += of.quantity;
                    sum.cents += of.cents;
                    ++sum.events;
                  }
                  std::vector<std::string_view> orders, customers, cities;
                  std::vector<std::int64_t> quantities, cents, counts;
                  for (const auto& [order, sum] : sums) {
                    orders.push_back(order);
                    customers.push_back(sum.customer);
                    cities.push_back(sum.city);
                    quantities.push_back(sum.quantity);
                    cents.push_back(sum.cents);
                    counts.push_back(sum.events);
                  }
                  db.execute_many(into->upsert_sums, orders, customers, cities, quantities, cents,
                                  counts);
                });
  return result;
}

/// Both sides must have come to the same table.
void check_table(const std::string& address, std::int64_t events) {
  std::int64_t cents = 0;
  for (std::int64_t n = 0; n < events; ++n)
    cents += fields(n).cents;
  const auto found = raw_postgres{address}.query(
      "SELECT coalesce(sum(events), 0), coalesce(sum(cents), 0) FROM bench_orders_0");
  if (found.text(0, 0) != std::to_string(events) || found.text(0, 1) != std::to_string(cents))
    throw std::runtime_error{"the projection has a wrong read model"};
}

sample run_ours(setting& in, waymark::projection (*make)()) {
  const postgres_database log{postgres_server::instance().log_of(in.events(), in.streams())};
  sample result;
  {
    waymark::engine engine{waymark::open(log.address()), silent()};
    const stopwatch time;
    catch_up(engine, engine.start(make()));
    result = time.per_second(in.events());
  }
  check_table(log.address(), in.events());
  return result;
}

sample run_floor(setting& in,
                 void (postgres_projection::*apply)(const std::vector<postgres_event>&)) {
  const postgres_database log{postgres_server::instance().log_of(in.events(), in.streams())};
  sample result;
  {
    raw_postgres on{log.address()};
    postgres_reader reader{log.address()};
    const stopwatch time;
    postgres_projection projection{on, 0, true};
    std::vector<postgres_event> page;
    for (std::int64_t after = 0; after < in.events(); after = page.back().position) {
      reader.read(after, page_events, page);
      (projection.*apply)(page);
    }
    result = time.per_second(in.events());
  }
  check_table(log.address(), in.events());
  return result;
}

sample read_ours(setting& in) {
  const postgres_database log{postgres_server::instance().log_of(in.many_events(), in.streams())};
  const auto store = waymark::open(log.address());
  const stopwatch time;
  std::int64_t count = 0;
  for (waymark::position_t after = 0; after < in.many_events();) {
    const auto page = store.events->read_all(after, {}, {});
    count += static_cast<std::int64_t>(page.events.size());
    after = page.scanned_to;
  }
  const auto result = time.per_second(in.many_events());
  if (count != in.many_events())
    throw std::runtime_error{"not all was read"};
  return result;
}

sample read_floor(setting& in) {
  const postgres_database log{postgres_server::instance().log_of(in.many_events(), in.streams())};
  postgres_reader reader{log.address()};
  const stopwatch time;
  std::vector<postgres_event> page;
  for (std::int64_t after = 0; after < in.many_events(); after = page.back().position)
    reader.read(after, page_events, page);
  return time.per_second(in.many_events());
}

} // namespace

std::vector<row> postgres_catch_up_rows() {
  const auto share = row::goal::at_least_of_floor;
  return {{"catch-up PostgreSQL, .on", "events/s", share, 0.8,
           [](setting& in) -> contest {
             return {[&in] { return run_ours(in, [] { return order_projection(0); }); },
                     [&in] { return run_floor(in, &postgres_projection::apply_each); }};
           }},
          {"catch-up PostgreSQL, .on_batch", "events/s", share, 0.7,
           [](setting& in) -> contest {
             return {[&in] { return run_ours(in, batch_projection); },
                     [&in] { return run_floor(in, &postgres_projection::apply_together); }};
           }},
          {"read PostgreSQL, no handler", "events/s", share, 0.7, [](setting& in) -> contest {
             return {[&in] { return read_ours(in); }, [&in] { return read_floor(in); }};
           }}};
}

} // namespace bench
