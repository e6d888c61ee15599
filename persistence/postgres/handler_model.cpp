#include "persistence/postgres/handler_model.hpp"

#include "persistence/postgres/bulk_run.hpp"
#include "persistence/postgres/cells.hpp"
#include "persistence/postgres/handler_statements.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::postgres {

// After an error the server takes nothing but ROLLBACK; later statements fail here, with the cause.
template <class Action>
auto handler_model::remembering_failure(std::string_view sql, Action action) {
  if (first_failure_)
    std::rethrow_exception(first_failure_);
  try {
    auto result = action();
    require_transaction(sql);
    return result;
  } catch (...) {
    first_failure_ = std::current_exception();
    throw;
  }
}

rows handler_model::run(std::string_view sql, std::span<const sql_value> args) {
  return remembering_failure(sql, [&] {
    return on_.handlers().run(sql, args, access_ == access::read ? stage::query : stage::handler);
  });
}

std::int64_t handler_model::do_execute(std::string_view sql, std::span<const sql_value> args) {
  const auto done = run(sql, args);
  // For a SELECT the server counts what it answered.
  return std::string_view{PQcmdStatus(done.raw())}.starts_with("SELECT") ? 0 : done.changed();
}

std::int64_t handler_model::do_execute_many(std::string_view sql,
                                            std::span<const sql_column> columns) {
  if (access_ == access::write)
    if (const auto changed =
            remembering_failure(sql, [&] { return run_at_once(on_, sql, columns); }))
      return *changed;
  return execute_each(sql, columns);
}

result_set handler_model::do_query(std::string_view sql, std::span<const sql_value> args) {
  return cells_of(run(sql, args));
}

void handler_model::require_transaction(std::string_view sql) const {
  if (!on_.in_transaction())
    throw statement_error{on_.where().shown +
                          ": the transaction of the unit of work is gone, so nothing of it is "
                          "kept: " +
                          std::string{sql}};
}

void handler_model::require_sound() {
  if (first_failure_)
    std::rethrow_exception(first_failure_);
  on_.look_for_end(); // a handler that dawdled after its last statement is at fault itself
  on_.require_not_ended("(before the checkpoint)");
  require_transaction("(before the checkpoint)");
}

} // namespace waymark::postgres
