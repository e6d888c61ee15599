#include "benchmarks/shop.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace bench {

namespace {

/// Spreads consecutive numbers (splitmix64), so that streams come in no order.
std::uint64_t mixed(std::int64_t n) {
  auto x = static_cast<std::uint64_t>(n) + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <class T>
waymark::new_event typed_as(order_fields of) {
  T object;
  static_cast<order_fields&>(object) = std::move(of);
  return waymark::typed_event(std::move(object));
}

} // namespace

std::string order_id(std::int64_t n, std::int64_t streams) {
  return "order-" + std::to_string(mixed(n) % static_cast<std::uint64_t>(streams));
}

const std::string& event_type(std::int64_t n) {
  static const std::array<std::string, 4> types{"OrderPlaced", "OrderChanged", "OrderPaid",
                                                "OrderShipped"};
  return types[mixed(n) >> 62];
}

order_fields fields(std::int64_t n) {
  static const std::array<std::string, 4> cities{"Reykjavik", "Montevideo", "Nairobi", "Kyoto"};
  order_fields of;
  const auto any = mixed(-n - 1);
  of.customer = "customer-" + std::to_string(any % 5'000);
  of.product = "article-" + std::to_string(any / 7 % 900) + "-blue-large";
  of.city = cities[any % 4];
  of.quantity = static_cast<std::int64_t>(any % 12) + 1;
  of.cents = static_cast<std::int64_t>(any % 100'000);
  of.note = "deliver in the morning, ring twice";
  return of;
}

std::string json_text(std::int64_t n) {
  return typed(n).data.text();
}

waymark::new_event typed(std::int64_t n) {
  switch (mixed(n) >> 62) {
  case 0:
    return typed_as<order_placed>(fields(n));
  case 1:
    return typed_as<order_changed>(fields(n));
  case 2:
    return typed_as<order_paid>(fields(n));
  default:
    return typed_as<order_shipped>(fields(n));
  }
}

std::vector<waymark::append_command> commands(std::int64_t first, std::int64_t count,
                                              std::int64_t streams, bool as_objects) {
  std::vector<waymark::append_command> result;
  result.reserve(static_cast<std::size_t>(count));
  for (auto n = first; n < first + count; ++n) {
    waymark::append_command command;
    command.stream = {"Order", order_id(n, streams)};
    command.events.push_back(as_objects ? typed(n)
                                        : waymark::json_event(event_type(n), json_text(n)));
    result.push_back(std::move(command));
  }
  return result;
}

order_fields parse(const char* text, std::size_t size) {
  return fields_of(nlohmann::json::parse(text, text + size));
}

order_fields fields_of(const nlohmann::json& data) {
  order_fields of;
  data.at("customer").get_to(of.customer);
  data.at("product").get_to(of.product);
  data.at("city").get_to(of.city);
  data.at("quantity").get_to(of.quantity);
  data.at("cents").get_to(of.cents);
  data.at("note").get_to(of.note);
  return of;
}

tables::tables(int number) : name{"orders-" + std::to_string(number)} {
  const auto suffix = "_" + std::to_string(number);
  const auto orders = "bench_orders" + suffix;
  const auto types = "bench_types" + suffix;
  create_orders = "CREATE TABLE IF NOT EXISTS " + orders +
                  " (order_id TEXT PRIMARY KEY, customer TEXT NOT NULL, city TEXT NOT NULL, "
                  "quantity BIGINT NOT NULL, cents BIGINT NOT NULL, events BIGINT NOT NULL)";
  create_types = "CREATE TABLE IF NOT EXISTS " + types +
                 " (event_type TEXT PRIMARY KEY, events BIGINT NOT NULL)";
  upsert_order = "INSERT INTO " + orders +
                 " VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (order_id) DO UPDATE SET "
                 "customer = excluded.customer, city = excluded.city, "
                 "quantity = " +
                 orders + ".quantity + excluded.quantity, cents = " + orders +
                 ".cents + excluded.cents, events = " + orders + ".events + 1";
  upsert_sums = "INSERT INTO " + orders +
                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (order_id) DO UPDATE SET "
                "customer = excluded.customer, city = excluded.city, "
                "quantity = " +
                orders + ".quantity + excluded.quantity, cents = " + orders +
                ".cents + excluded.cents, events = " + orders + ".events + excluded.events";
  count_type = "INSERT INTO " + types +
               " VALUES ($1, 1) ON CONFLICT (event_type) DO UPDATE SET events = " + types +
               ".events + 1";
  sums = "SELECT (SELECT coalesce(sum(events), 0) FROM " + orders +
         "), (SELECT coalesce(sum(events), 0) FROM " + types +
         "), (SELECT coalesce(sum(cents), 0) FROM " + orders + ")";
}

waymark::projection table_projection(int number) {
  const auto into = std::make_shared<const tables>(number);
  const auto handle = [into](waymark::read_model& db, const order_fields& of,
                             const waymark::event& e) {
    db.execute(into->upsert_order, e.aggregate_id, of.customer, of.city, of.quantity, of.cents);
    db.execute(into->count_type, e.event_type);
  };
  waymark::projection result{into->name};
  result.table(into->create_orders)
      .table(into->create_types)
      .on<order_placed>(handle)
      .on<order_changed>(handle)
      .on<order_paid>(handle)
      .on<order_shipped>(handle);
  return result;
}

waymark::projection order_projection(int number) {
  const auto into = std::make_shared<const tables>(number);
  const auto handle = [into](waymark::read_model& db, const order_fields& of,
                             const waymark::event& e) {
    db.execute(into->upsert_order, e.aggregate_id, of.customer, of.city, of.quantity, of.cents);
  };
  waymark::projection result{into->name};
  result.table(into->create_orders)
      .on<order_placed>(handle)
      .on<order_changed>(handle)
      .on<order_paid>(handle)
      .on<order_shipped>(handle);
  return result;
}

void totals::add(const std::string& type, const std::string& id, const order_fields& of) {
  auto& row = orders[id];
  row.customer = of.customer;
  row.city = of.city;
  row.quantity += of.quantity;
  row.cents += of.cents;
  ++row.events;
  ++types[type];
}

waymark::memory_projection<totals> state_projection() {
  const auto handle = [](totals& state, const order_fields& of, const waymark::event& e) {
    state.add(e.event_type, e.aggregate_id, of);
  };
  auto result = waymark::projection::in_memory<totals>("orders");
  result.on<order_placed>(handle)
      .on<order_changed>(handle)
      .on<order_paid>(handle)
      .on<order_shipped>(handle);
  return result;
}

} // namespace bench
