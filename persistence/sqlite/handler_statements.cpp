#include "persistence/sqlite/handler_statements.hpp"

#include "persistence/sql/lexer.hpp"
#include "persistence/sql/refusals.hpp"
#include "persistence/sqlite/fault.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <charconv>

namespace waymark::sqlite {

namespace {

using sql::in_quotes;

/// The n of `$n`, also with a cast as PostgreSQL writes it (`$1::text`, which SQLite takes for a
/// name); 0 for any other name.
std::size_t number_of(std::string_view name) noexcept {
  std::size_t number = 0;
  if (name.size() < 2 || name.front() != '$')
    return 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  const std::string_view rest{end, static_cast<std::size_t>(name.data() + name.size() - end)};
  return error == std::errc{} && (rest.empty() || rest.starts_with("::")) ? number : 0;
}

/// The authorizer is not asked about VACUUM, and only its step would fail, in any transaction.
void refuse_vacuum(std::string_view sql) {
  sql::token first;
  for (std::size_t at = 0; at < sql.size(); at += first.text.size()) {
    first = sql::token_at(sql, at, sql::dialect::sqlite);
    if (!first.separates() && !first.is(';'))
      break;
  }
  if (first.is("VACUUM"))
    throw projection_error{"a handler may not end or nest the transaction or change its session, "
                           "so VACUUM is refused: " +
                           in_quotes(sql)};
}

struct binder {
  sqlite3_stmt* handle;
  int parameter;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(handle, parameter); }
  int operator()(bool v) const { return sqlite3_bind_int(handle, parameter, v ? 1 : 0); }
  int operator()(std::int64_t v) const { return sqlite3_bind_int64(handle, parameter, v); }
  int operator()(double v) const { return sqlite3_bind_double(handle, parameter, v); }
  int operator()(std::string_view v) const {
    return sqlite3_bind_text64(handle, parameter, v.empty() ? "" : v.data(), v.size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(const std::string& v) const { return (*this)(std::string_view{v}); }
  int operator()(std::span<const std::byte> v) const {
    if (v.empty())
      return sqlite3_bind_zeroblob(handle, parameter, 0);
    return sqlite3_bind_blob64(handle, parameter, v.data(), v.size(), SQLITE_STATIC);
  }
};

} // namespace

handler_statements::handler_statements(sqlite3* db, std::string_view file)
    : db_{db}, file_{file}, guard_{db} {
}

handler_statement& handler_statements::ready(std::string_view sql, std::span<const sql_value> args,
                                             bool may_read_own_tables) {
  auto& found = kept_.find_or_make(
      sql, [&] { return prepare(sql, nullptr, may_read_own_tables); },
      [](const handler_statement&) {});
  sql::require_arguments(found.arguments, args.size(), sql);
  int parameter = 0;
  for (const auto argument : found.argument_of) {
    const int code = std::visit(binder{found.handle.get(), ++parameter}, args[argument].get());
    if (code != SQLITE_OK)
      raise_for_handler({code, sqlite3_errmsg(db_), file_, sql}, stage::step);
  }
  return found;
}

handler_statement handler_statements::prepare(std::string_view sql, std::string_view* rest,
                                              bool may_read_own_tables) {
  sql::require_no_nul(sql);
  refuse_vacuum(sql);
  const guard::watch on_guard{guard_, may_read_own_tables};
  handler_statement result;
  result.sql = sql;
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const auto end = result.sql.data() + result.sql.size();
  const int code =
      sqlite3_prepare_v3(db_, result.sql.c_str(), static_cast<int>(result.sql.size() + 1),
                         rest == nullptr ? SQLITE_PREPARE_PERSISTENT : 0, &handle, &tail);
  result.handle.reset(handle);
  if (code != SQLITE_OK)
    raise_for_handler({sqlite3_extended_errcode(db_), sqlite3_errmsg(db_), file_, sql},
                      stage::prepare);
  const auto left = static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - tail, 0));
  if (rest != nullptr) {
    *rest = sql.substr(sql.size() - left);
  } else {
    if (handle == nullptr)
      sql::refuse_empty(sql);
    sqlite3_stmt* second = nullptr;
    const int again =
        left == 0 ? SQLITE_OK
                  : sqlite3_prepare_v2(db_, tail, static_cast<int>(left + 1), &second, nullptr);
    sqlite3_finalize(second);
    if (again != SQLITE_OK || second != nullptr)
      sql::refuse_several(sql);
  }
  result.writes = handle != nullptr && sqlite3_stmt_readonly(handle) == 0;
  number_parameters(result);
  return result;
}

void handler_statements::number_parameters(handler_statement& s) const {
  const int count = s.handle ? sqlite3_bind_parameter_count(s.handle.get()) : 0;
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(s.handle.get(), i);
    const auto number = number_of(name != nullptr ? name : "?");
    if (number == 0)
      throw projection_error{"parameters are written $1, $2 …, not " +
                             std::string{name != nullptr ? name : "?"} + ": " + in_quotes(s.sql)};
    s.argument_of.push_back(number - 1);
    s.arguments = std::max(s.arguments, number);
  }
  for (std::size_t each = 0; each < s.arguments; ++each)
    if (std::find(s.argument_of.begin(), s.argument_of.end(), each) == s.argument_of.end())
      throw projection_error{"$" + std::to_string(s.arguments) + " is used but not $" +
                             std::to_string(each + 1) + ": " + in_quotes(s.sql)};
}

void handler_statements::run_script(std::string_view sql) {
  while (!sql.empty()) {
    std::string_view rest;
    auto next = prepare(sql, &rest, false);
    if (next.arguments != 0)
      throw projection_error{"a statement that runs by itself takes no parameters: " +
                             in_quotes(sql)};
    int code = SQLITE_DONE;
    while (next.handle && (code = sqlite3_step(next.handle.get())) == SQLITE_ROW) {
    }
    if (code != SQLITE_DONE)
      fail(next, sqlite3_extended_errcode(db_));
    sql = rest;
  }
}

void handler_statements::try_out(const sql_trial& trial) {
  if (trial.how == sql_trial::kind::table)
    return run_script(trial.sql);
  if (trial.how == sql_trial::kind::handler) {
    static_cast<void>(prepare(trial.sql, nullptr, false));
    return;
  }
  for (std::string_view left{trial.sql}; !left.empty();) {
    std::string_view rest;
    static_cast<void>(prepare(left, &rest, false));
    left = rest;
  }
}

void handler_statements::fail(const handler_statement& s, int code) {
  const std::string message = sqlite3_errmsg(db_);
  sqlite3_reset(s.handle.get());
  // A kept statement meets a table that has gone since as a plain error of its step; prepared anew
  // it fails as what it is.
  auto when = stage::step;
  if ((code & 0xff) == SQLITE_ERROR) {
    sqlite3_stmt* again = nullptr;
    if (sqlite3_prepare_v2(db_, s.sql.c_str(), static_cast<int>(s.sql.size() + 1), &again,
                           nullptr) != SQLITE_OK)
      when = stage::prepare;
    sqlite3_finalize(again);
  }
  raise_for_handler({code, message, file_, s.sql}, when);
}

} // namespace waymark::sqlite
