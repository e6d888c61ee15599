#pragma once

#include "persistence/postgres/session.hpp"
#include "persistence/sql/handler_model.hpp"

namespace waymark::postgres {

/// The read model in the transaction that is open on a session.
class handler_model final : public sql::handler_model {
 public:
  handler_model(session& on, access may) noexcept : sql::handler_model{may}, on_{on} {}

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override;
  result_set do_query(std::string_view sql, std::span<const sql_value> args) override;
  std::int64_t do_execute_many(std::string_view sql, std::span<const sql_column> columns) override;
  void look_at_transaction() override;
  void require_transaction(std::string_view sql) const override;

  rows run(std::string_view sql, std::span<const sql_value> args);

  session& on_;
};

} // namespace waymark::postgres
