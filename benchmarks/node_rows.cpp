#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include "node/api/client.hpp"
#include "node/api/server.hpp"
#include "node/configuration/configuration.hpp"
#include "node/running_node.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

namespace bench {

namespace {

using nlohmann::json;
using std::chrono::steady_clock;

/// The statement with placeholders where its parameters $1, $2 … stand.
std::string with_placeholders(std::string sql, const std::vector<std::string>& values) {
  for (std::size_t i = values.size(); i > 0; --i) {
    const auto parameter = "$" + std::to_string(i);
    sql.replace(sql.find(parameter), parameter.size(), values[i - 1]);
  }
  return sql;
}

/// What `table_projection` does, as a configuration says it.
json sql_projection_of(int number) {
  const tables into{number};
  const json statements{
      with_placeholders(into.upsert_order,
                        {"{aggregate_id}", "{/customer}", "{/city}", "{/quantity}", "{/cents}"}),
      with_placeholders(into.count_type, {"{event_type}"})};
  json on;
  for (const auto* type : {"OrderPlaced", "OrderChanged", "OrderPaid", "OrderShipped"})
    on[type] = statements;
  return {{"tables", {into.create_orders, into.create_types}}, {"on", on}};
}

waymark::node::configuration configured(const std::string& log, const json& projections) {
  const json document{
      {"store", "sqlite:" + log}, {"log", {{"level", "off"}}}, {"projections", projections}};
  return waymark::node::parse_configuration(document.dump(), log + ".json", {});
}

void check_tables(const waymark::engine& engine, std::int64_t events) {
  if (engine.read(tables{0}.name)
          .query_value<std::int64_t>("SELECT sum(events) FROM bench_orders_0") != events)
    throw std::runtime_error{"the read model is wrong"};
}

sample with_sql(setting& in) {
  const auto log = in.copy_of_log(in.events(), "sql");
  auto settings = configured(log, {{tables{0}.name, sql_projection_of(0)}});
  const stopwatch time;
  waymark::node::running_node node{std::move(settings), {}};
  catch_up(node.engine(), node.engine().handle(tables{0}.name));
  auto result = time.per_second(in.events());
  check_tables(node.engine(), in.events());
  return result;
}

sample with_handler(setting& in) {
  const auto log = in.copy_of_log(in.events(), "sql");
  const stopwatch time;
  waymark::engine engine{waymark::open("sqlite:" + log), silent()};
  catch_up(engine, engine.start(table_projection(0)));
  auto result = time.per_second(in.events());
  check_tables(engine, in.events());
  return result;
}

/// From nothing to every projection at the head of an empty log.
sample start_thousand(setting& in) {
  const auto count = std::clamp<std::int64_t>(in.events() / 100, 10, 1'000);
  json projections;
  for (std::int64_t i = 0; i < count; ++i)
    projections["projection-" + std::to_string(i)] = {{"on", {{"Nothing", "SELECT 1"}}}};
  const auto settings = configured(in.empty_file("thousand"), projections);
  const auto begin = steady_clock::now();
  waymark::node::running_node node{settings, {}};
  for (const auto& name : node.engine().names())
    catch_up(node.engine(), node.engine().handle(name));
  sample result;
  result.value = std::chrono::duration<double, std::milli>{steady_clock::now() - begin}.count();
  return result;
}

/// Asks a node that catches up with a long log, over its socket, until it has caught up.
sample status_at_full_speed(setting& in) {
  const auto log = in.copy_of_log(in.many_events(), "status");
  const auto socket = in.empty_file("status.sock");
  waymark::node::api_server server{socket};
  waymark::node::running_node node{configured(log, {{tables{0}.name, sql_projection_of(0)}}), {}};
  server.serve(node);
  const waymark::node::api_client client{socket};
  latencies taken;
  for (bool busy = true; busy;) {
    const auto before = steady_clock::now();
    const auto found = client.get("/v1/projections").at("projections").at(0);
    taken.push_back(steady_clock::now() - before);
    busy = found.at("lag_events").is_null() || found.at("lag_events") != 0;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  server.stop();
  sample result;
  result.p50_ms = percentile_ms(taken, 0.5);
  result.p99_ms = percentile_ms(taken, 0.99);
  result.value = *result.p99_ms;
  return result;
}

row plain(std::string name, double at_most_ms, sample (*measure)(setting&)) {
  return {std::move(name), "ms", row::goal::at_most, at_most_ms, [measure](setting& in) {
            return contest{[&in, measure] { return measure(in); }, {}};
          }};
}

} // namespace

std::vector<row> node_rows() {
  return {{"SQL projection, of a handler in C++", "events/s", row::goal::at_least_of_floor, 0.7,
           [](setting& in) {
             return contest{[&in] { return with_sql(in); }, [&in] { return with_handler(in); }};
           }},
          plain("start of a node, 1,000 projections", 2'000, start_thousand),
          plain("status at full speed, p99", 50, status_at_full_speed)};
}

} // namespace bench
