#pragma once

#include "persistence/postgres/fault.hpp"
#include "persistence/postgres/round_trip.hpp"
#include "persistence/sql/statement_cache.hpp"

#include <waymark/persistence/projection_store.hpp>
#include <waymark/persistence/sql_value.hpp>

#include <libpq-fe.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waymark::postgres {

/// A value as the server reads it in text; nothing for NULL. `type` is that of its parameter, the
/// `place`-th of `sql`.
/// @throws statement_error, projection_error for what the parameter can't take.
[[nodiscard]] std::optional<std::string> text_of(const sql_value& value, unsigned int type,
                                                 std::size_t place, std::string_view sql);

/// A user's statement, as it was prepared on the server.
struct handler_statement {
  std::string sql;
  std::string name;
  std::vector<unsigned int> types; ///< Of its parameters, as the server deduced them.
};

/// The users' statements on one session: prepared once.
class handler_statements {
 public:
  explicit handler_statements(session& on) noexcept : on_{on} {}

  /// Runs one statement; the rows are in text.
  /// @throws projection_error for SQL that is refused or wrong, or another number of arguments;
  ///   statement_error, store_error.
  [[nodiscard]] rows run(std::string_view sql, std::span<const sql_value> args, stage when);

  /// Runs a statement of the same kind whose arguments are ready.
  [[nodiscard]] rows run_prepared(std::string_view sql, const params& with);
  /// The same within a round trip, for one that is prepared. All must outlive its `answers`.
  void add_prepared(round_trip& to, std::string_view sql, const params& with);
  [[nodiscard]] bool is_prepared(std::string_view sql) const { return kept_.contains(sql); }

  /// Of the parameters of a statement with so many arguments. @throws as `run`.
  [[nodiscard]] std::vector<unsigned int> types_of(std::string_view sql, std::size_t arguments);

  /// As SQL names the type.
  [[nodiscard]] const std::string& name_of_type(unsigned int type);

  /// Runs a text of one or more statements without parameters, e.g. a projection's tables.
  void run_script(std::string_view sql);

  /// Prepares a statement, or runs one that makes a table. A script of several statements, which
  /// the server can't prepare, is only looked at for what is refused.
  /// @throws as handlers' statements do.
  void try_out(const sql_trial& trial);

 private:
  rows send(const handler_statement& what, const round_trip::arguments& with,
            std::string_view sql, stage when);
  const handler_statement& find_or_prepare(std::string_view sql, stage when);
  const handler_statement& fitting(std::string_view sql, std::size_t arguments, stage when);
  handler_statement prepare(std::string_view sql, stage when);
  std::vector<unsigned int> parameter_types(const std::string& name, std::string_view sql,
                                            stage when);
  bool is_outdated_after_failure(const handler_statement& what);
  bool is_outdated(const handler_statement& what) noexcept;
  /// @throws projection_error if a table of waymark's own would be written.
  void require_tables_of_others(std::string_view sql);
  void deallocate(const handler_statement& old);

  session& on_;
  std::size_t made_ = 0;
  std::unordered_map<unsigned int, std::string> type_names_;
  sql::statement_cache<handler_statement> kept_;
};

} // namespace waymark::postgres
