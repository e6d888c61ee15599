#pragma once

#include "persistence/sql/handler_model.hpp"
#include "persistence/sqlite/connection.hpp"

namespace waymark::sqlite {

/// The read model in the transaction that is open on a connection.
class handler_model final : public sql::handler_model {
 public:
  handler_model(connection& on, access may) noexcept : sql::handler_model{may}, on_{on} {}

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override;
  result_set do_query(std::string_view sql, std::span<const sql_value> args) override;
  void require_transaction(std::string_view sql) const override;

  handler_statement& ready(std::string_view sql, std::span<const sql_value> args);

  connection& on_;
};

} // namespace waymark::sqlite
