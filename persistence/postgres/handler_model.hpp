#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/persistence/read_model.hpp>

#include <exception>
#include <string>

namespace waymark::postgres {

/// The read model as a handler or a query sees it: one open transaction of one session.
class handler_model final : public read_model {
 public:
  enum class access : std::uint8_t { write, read };

  handler_model(session& on, access may) noexcept : on_{on}, access_{may} {}

  /// True once a statement has failed.
  [[nodiscard]] bool failed() const noexcept { return first_failure_ != nullptr; }

  /// What it threw; null if none has failed.
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return first_failure_; }

  /// Throws the first failure again; @throws statement_error if the transaction is gone.
  void require_sound();

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override;
  result_set do_query(std::string_view sql, std::span<const sql_value> args) override;
  std::int64_t do_execute_many(std::string_view sql, std::span<const sql_column> columns) override;

  template <class Action>
  auto remembering_failure(std::string_view sql, Action action);
  rows run(std::string_view sql, std::span<const sql_value> args);
  void require_transaction(std::string_view sql) const;

  session& on_;
  access access_;
  std::exception_ptr first_failure_;
};

} // namespace waymark::postgres
