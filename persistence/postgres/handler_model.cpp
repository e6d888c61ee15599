#include "persistence/postgres/handler_model.hpp"

#include "persistence/postgres/bulk_run.hpp"
#include "persistence/postgres/cells.hpp"
#include "persistence/postgres/handler_statements.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::postgres {

rows handler_model::run(std::string_view sql, std::span<const sql_value> args) {
  return remembering_failure(sql, [&] {
    return on_.handlers().run(sql, args, may_write() ? stage::handler : stage::query);
  });
}

std::int64_t handler_model::do_execute(std::string_view sql, std::span<const sql_value> args) {
  const auto done = run(sql, args);
  // For a SELECT the server counts what it answered.
  return std::string_view{PQcmdStatus(done.raw())}.starts_with("SELECT") ? 0 : done.changed();
}

std::int64_t handler_model::do_execute_many(std::string_view sql,
                                            std::span<const sql_column> columns) {
  if (may_write())
    if (const auto changed =
            remembering_failure(sql, [&] { return run_at_once(on_, sql, columns); }))
      return *changed;
  return execute_each(sql, columns);
}

result_set handler_model::do_query(std::string_view sql, std::span<const sql_value> args) {
  return cells_of(run(sql, args));
}

void handler_model::require_transaction(std::string_view sql) const {
  if (!on_.in_transaction() && !on_.begins_ahead())
    throw statement_error{on_.where().shown +
                          ": the transaction of the unit of work is gone, so nothing of it is "
                          "kept: " +
                          std::string{sql}};
}

// A handler that dawdled after its last statement is at fault itself.
void handler_model::look_at_transaction() {
  on_.look_for_end();
  on_.require_not_ended("(before the checkpoint)");
}

} // namespace waymark::postgres
