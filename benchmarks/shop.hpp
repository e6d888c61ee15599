#pragma once

#include <waymark/waymark.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// What the benchmarks append and project: orders, in events of about 170 bytes of JSON.
namespace bench {

struct order_fields {
  std::string customer;
  std::string product;
  std::string city;
  std::int64_t quantity = 0;
  std::int64_t cents = 0;
  std::string note;
};
struct order_placed : order_fields {};
struct order_changed : order_fields {};
struct order_paid : order_fields {};
struct order_shipped : order_fields {};
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", customer, product, city, quantity, cents, note);
WAYMARK_EVENT(order_changed, "OrderChanged", "Order", customer, product, city, quantity, cents,
              note);
WAYMARK_EVENT(order_paid, "OrderPaid", "Order", customer, product, city, quantity, cents, note);
WAYMARK_EVENT(order_shipped, "OrderShipped", "Order", customer, product, city, quantity, cents,
              note);

/// The n-th event of the shop, always the same: its stream is one of `streams`.
[[nodiscard]] std::string order_id(std::int64_t n, std::int64_t streams);
[[nodiscard]] const std::string& event_type(std::int64_t n);
[[nodiscard]] order_fields fields(std::int64_t n);
[[nodiscard]] std::string json_text(std::int64_t n);
[[nodiscard]] waymark::new_event typed(std::int64_t n);

/// Events `first` .. `first + count - 1` as commands of one event, in JSON or typed.
[[nodiscard]] std::vector<waymark::append_command> commands(std::int64_t first, std::int64_t count,
                                                            std::int64_t streams, bool as_objects);

/// The fields of an event in JSON.
[[nodiscard]] order_fields fields_of(const nlohmann::json& data);

/// The same fields out of JSON text, as a floor decodes them.
[[nodiscard]] order_fields parse(const char* text, std::size_t size);

/// A read model in tables: one row per order, and one per event type.
struct tables {
  explicit tables(int number);
  std::string name;
  std::string create_orders;
  std::string create_types;
  std::string upsert_order; ///< $1 id, $2 customer, $3 city, $4 quantity, $5 cents
  std::string upsert_sums;  ///< The same with $6, how many events they sum up.
  std::string count_type;   ///< $1 event type
  std::string sums;         ///< Events by orders, events by types, cents: to compare runs.
};

/// The projection into the tables of that number, named "orders-NUMBER".
[[nodiscard]] waymark::projection table_projection(int number);

/// The projection into the table of orders alone.
[[nodiscard]] waymark::projection order_projection(int number);

/// The same read model in memory.
struct totals {
  struct order {
    std::string customer;
    std::string city;
    std::int64_t quantity = 0;
    std::int64_t cents = 0;
    std::int64_t events = 0;
  };
  std::unordered_map<std::string, order> orders;
  std::unordered_map<std::string, std::int64_t> types;

  void add(const std::string& type, const std::string& id, const order_fields& of);
};
[[nodiscard]] waymark::memory_projection<totals> state_projection();

} // namespace bench
