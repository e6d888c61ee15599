#include "persistence/sqlite/handler_model.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sqlite {

namespace {

/// Resets the statement however its run ends.
struct run_of {
  sqlite3_stmt* handle;
  explicit run_of(sqlite3_stmt* h) noexcept : handle{h} {}
  ~run_of() { sqlite3_reset(handle); }
  run_of(const run_of&) = delete;
  run_of& operator=(const run_of&) = delete;
};

sql_cell cell_of(sqlite3_stmt* row, int column) {
  switch (sqlite3_column_type(row, column)) {
  case SQLITE_INTEGER:
    return std::int64_t{sqlite3_column_int64(row, column)};
  case SQLITE_FLOAT:
    return sqlite3_column_double(row, column);
  case SQLITE_TEXT: {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
    return std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
  }
  case SQLITE_BLOB: {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(row, column));
    return std::vector<std::byte>(data, data + sqlite3_column_bytes(row, column));
  }
  default:
    return nullptr;
  }
}

} // namespace

std::int64_t handler_model::do_execute(std::string_view sql, std::span<const sql_value> args) {
  return remembering_failure(sql, [&] {
    auto& statement = ready(sql, args);
    auto* const handle = statement.handle.get();
    const auto before = sqlite3_total_changes64(on_.raw());
    const run_of run{handle};
    int code = sqlite3_step(handle);
    while (code == SQLITE_ROW)
      code = sqlite3_step(handle);
    if (code != SQLITE_DONE)
      on_.handlers().fail(statement, sqlite3_extended_errcode(on_.raw()));
    // What changes() says is an older statement's unless this one changed something.
    return sqlite3_total_changes64(on_.raw()) == before
               ? std::int64_t{0}
               : std::int64_t{sqlite3_changes64(on_.raw())};
  });
}

result_set handler_model::do_query(std::string_view sql, std::span<const sql_value> args) {
  return remembering_failure(sql, [&] {
    auto& statement = ready(sql, args);
    auto* const handle = statement.handle.get();
    const run_of run{handle};
    result_set result;
    int code = sqlite3_step(handle);
    const int columns = sqlite3_column_count(handle);
    for (int i = 0; i < columns; ++i)
      result.columns.emplace_back(sqlite3_column_name(handle, i));
    for (; code == SQLITE_ROW; code = sqlite3_step(handle)) {
      auto& row = result.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i)
        row.push_back(cell_of(handle, i));
    }
    if (code != SQLITE_DONE)
      on_.handlers().fail(statement, sqlite3_extended_errcode(on_.raw()));
    return result;
  });
}

handler_statement& handler_model::ready(std::string_view sql, std::span<const sql_value> args) {
  auto& result = on_.handlers().ready(sql, args, !may_write());
  if (!may_write() && result.writes)
    throw statement_error{on_.file() + ": a query may not write: " + result.sql};
  return result;
}

void handler_model::require_transaction(std::string_view sql) const {
  if (!on_.in_transaction())
    throw statement_error{on_.file() +
                          ": the statement ended the transaction it ran in, so nothing of it is "
                          "kept; use ABORT or FAIL instead of ROLLBACK: " +
                          std::string{sql}};
}

} // namespace waymark::sqlite
