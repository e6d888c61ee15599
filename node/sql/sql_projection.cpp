#include "node/sql/sql_projection.hpp"

#include "node/sql/sql_handler.hpp"

#include <waymark/actors/projection.hpp>

#include <utility>

namespace waymark::node {

spec_ptr make_projection(const sql_projection& from, std::shared_ptr<projection_store> into) {
  projection made{from.name};
  for (const auto& sql : from.tables)
    made.table(sql);
  for (const auto& sql : from.truncate)
    made.truncate(sql);
  for (const auto& each : from.on)
    made.on(each.event_type, [statements = each.statements](
                                 read_model& db, const nlohmann::json& data, const event& e) {
      run_statements(statements, db, data, e);
    });
  made.version(from.version)
      .on_new_version(from.on_new_version)
      .shards(from.shards)
      .retry(from.retry)
      .park_limits(from.park_limits)
      .batch(from.batch)
      .on_give_up(from.on_give_up)
      .unhandled(from.on_unhandled)
      .filter(from.filter)
      .into(std::move(into));
  if (from.retry_letters.rounds > 0)
    made.retry_letters(from.retry_letters);
  if (from.handler_timeout)
    made.handler_timeout(*from.handler_timeout);
  return std::move(made).freeze();
}

} // namespace waymark::node
