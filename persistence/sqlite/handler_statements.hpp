#pragma once

#include "persistence/sql/statement_cache.hpp"
#include "persistence/sqlite/guard.hpp"

#include <waymark/persistence/projection_store.hpp>
#include <waymark/persistence/sql_value.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::sqlite {

/// A user's statement, and which argument goes to which of its parameters.
struct handler_statement {
  struct finalizer {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  std::string sql;
  std::unique_ptr<sqlite3_stmt, finalizer> handle;
  /// For each parameter in SQLite's order, the argument it takes (from 0). SQLite numbers `$n` by
  /// first appearance: in `$2, $1` the first parameter is `$2`.
  std::vector<std::size_t> argument_of;
  std::size_t arguments = 0;
  bool writes = false;
};

/// The users' statements on one connection: prepared on guard, once.
class handler_statements {
 public:
  static constexpr std::size_t bound = sql::statement_cache<handler_statement>::bound;

  /// `file` names the database in errors and must outlive this.
  handler_statements(sqlite3* db, std::string_view file);

  /// Prepared and with its arguments bound; valid until the next call. What is bound is not copied.
  /// @throws projection_error for SQL that is refused or wrong, or another number of arguments.
  handler_statement& ready(std::string_view sql, std::span<const sql_value> args,
                           bool may_read_own_tables);

  /// Runs a text of one or more statements without parameters, e.g. a projection's tables.
  /// @throws as handlers' statements do.
  void run_script(std::string_view sql);

  /// Prepares a statement, or runs one that makes a table. @throws as handlers' statements do.
  void try_out(const sql_trial& trial);

  /// Throws what a failed step deserves.
  [[noreturn]] void fail(const handler_statement& s, int code);

  [[nodiscard]] std::size_t kept() const noexcept { return kept_.size(); }

 private:
  handler_statement prepare(std::string_view sql, std::string_view* rest, bool may_read_own_tables);
  void number_parameters(handler_statement& s) const;

  sqlite3* db_;
  std::string_view file_;
  guard guard_;
  sql::statement_cache<handler_statement> kept_;
};

} // namespace waymark::sqlite
