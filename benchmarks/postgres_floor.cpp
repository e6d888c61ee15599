#include "benchmarks/postgres_floor.hpp"

#include "persistence/postgres/record_sql.hpp"
#include "persistence/postgres/session_settings.hpp"

#include <string_view>
#include <unordered_map>

namespace bench {

namespace {

using waymark::postgres::array;
using waymark::postgres::oid;

constexpr const char* read_sql =
    "SELECT position, event_id, event_type, schema_version, aggregate_type, aggregate_id, "
    "aggregate_version, occurred_at, recorded_at, tenant_id, actor_id, correlation_id, "
    "causation_id, metadata, data FROM waymark.events WHERE position > $1 ORDER BY position "
    "LIMIT $2";

/// The library's own, with all that it checks.
std::string advance_sql() {
  constexpr std::string_view schema = "{schema}";
  std::string result{waymark::postgres::advance_or_fail};
  return result.replace(result.find(schema), schema.size(), "waymark");
}

} // namespace

postgres_reader::postgres_reader(const std::string& address) : on_{address} {
  on_.prepare("read", read_sql);
}

void postgres_reader::read(std::int64_t after, std::int64_t most,
                           std::vector<postgres_event>& into) {
  const auto found = on_.run("read", raw_postgres::params{}.add(after).add(most));
  into.clear();
  into.reserve(static_cast<std::size_t>(found.size()));
  for (int row = 0; row < found.size(); ++row) {
    auto& e = into.emplace_back();
    e.position = found.integer(row, 0);
    e.id = found.id(row, 1);
    e.type = found.text(row, 2);
    e.order = found.text(row, 5);
    e.occurred_at = found.time(row, 7);
    e.data = found.text(row, 14);
  }
}

postgres_projection::postgres_projection(raw_postgres& on, int number, bool first_on_connection)
    : on_{on}, into_{number} {
  upsert_ = named("upsert");
  together_ = named("together");
  on_.execute(into_.create_orders);
  on_.execute("INSERT INTO waymark.checkpoints (projection, shard, position, epoch, generation, "
              "log_id, event_id_at_position, last_event_type, events_processed, "
              "projection_version, shards, key_rule) SELECT '" +
              into_.name +
              "', 0, 0, 1, 1, log_id, gen_random_uuid(), '', 0, 1, 1, '' FROM waymark.log");
  on_.prepare(upsert_.c_str(), into_.upsert_order);
  const auto values = into_.upsert_sums.find("VALUES");
  const auto conflict = into_.upsert_sums.find("ON CONFLICT");
  on_.prepare(together_.c_str(),
              into_.upsert_sums.substr(0, values) +
                  "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], "
                  "$5::bigint[], $6::bigint[]) " +
                  into_.upsert_sums.substr(conflict));
  if (first_on_connection)
    on_.prepare("advance", advance_sql());
  settings_ = on_.query("SELECT " WAYMARK_SESSION_SETTINGS).text(0, 0);
}

std::string postgres_projection::named(const char* what) const {
  return what + std::string{"_"} + into_.name;
}

void postgres_projection::apply_each(const std::vector<postgres_event>& events) {
  on_.begin();
  for (const auto& e : events) {
    const auto of = parse(e.data.data(), e.data.size());
    raw_postgres::params with;
    with.add(e.order).add(of.customer).add(of.city).add(of.quantity).add(of.cents);
    static_cast<void>(on_.run(upsert_.c_str(), with));
  }
  advance(events);
  on_.commit();
}

void postgres_projection::apply_together(const std::vector<postgres_event>& events) {
  std::unordered_map<std::string_view, totals::order> sums;
  for (const auto& e : events) {
    const auto of = parse(e.data.data(), e.data.size());
    auto& sum = sums[e.order];
    sum.customer = of.customer;
    sum.city = of.city;
    sum.quantity += of.quantity;
    sum.cents += of.cents;
    ++sum.events;
  }
  array orders{oid::text}, customers{oid::text}, cities{oid::text};
  array quantities{oid::int8}, cents{oid::int8}, counts{oid::int8};
  for (const auto& [order, sum] : sums) {
    orders.add(order);
    customers.add(std::string_view{sum.customer});
    cities.add(std::string_view{sum.city});
    quantities.add(sum.quantity);
    cents.add(sum.cents);
    counts.add(sum.events);
  }
  on_.begin();
  raw_postgres::params with;
  for (auto* each : {&orders, &customers, &cities, &quantities, &cents, &counts})
    with.add(*each, oid::object);
  static_cast<void>(on_.run(together_.c_str(), with));
  advance(events);
  on_.commit();
}

void postgres_projection::advance(const std::vector<postgres_event>& events) {
  const auto& last = events.back();
  raw_postgres::params with;
  with.add(into_.name).add(std::int32_t{0}).add(std::int64_t{1}).add(position_);
  with.add(last.position).add(last.id).add(last.id).add(last.type).add(last.occurred_at);
  with.add_null(oid::timestamptz).add(static_cast<std::int64_t>(events.size())).add(settings_);
  static_cast<void>(on_.run("advance", with));
  position_ = last.position;
}

} // namespace bench
