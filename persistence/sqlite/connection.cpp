#include "persistence/sqlite/connection.hpp"

#include "persistence/sqlite/record_sql.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>

namespace waymark::sqlite {

namespace {

int flags_of(connection::mode how) {
  const int flags = SQLite::OPEN_NOMUTEX | SQLite::OPEN_READWRITE;
  return how == connection::mode::create ? flags | SQLite::OPEN_CREATE : flags;
}

SQLite::Database open_database(const std::string& path, const std::string& file, int flags) {
  try {
    return SQLite::Database{path, flags};
  } catch (const SQLite::Exception& e) {
    raise_for_store({e.getExtendedErrorCode(), e.getErrorStr(), file, "open"}, stage::open);
  }
}

} // namespace

connection::connection(const std::string& path, std::string file, mode how,
                       std::chrono::milliseconds busy_timeout)
    : file_{std::move(file)}, database_{open_database(path, file_, flags_of(how))},
      raw_{database_.getHandle()}, busy_timeout_{busy_timeout}, handlers_{raw_, file_} {
  sqlite3_extended_result_codes(raw_, 1);
  sqlite3_busy_timeout(raw_, static_cast<int>(busy_timeout.count()));
  execute("PRAGMA temp_store = MEMORY", stage::open);
  if (how == mode::read)
    execute("PRAGMA query_only = ON", stage::open);
}

statement& connection::prepared(const char* sql) {
  if (const auto found = own_.find(sql); found != own_.end())
    return found->second;
  return own_.emplace(sql, statement{raw_, file_, in_sqlite(sql)}).first->second;
}

const sql::record_sql& connection::texts() const noexcept {
  return record_texts;
}

std::int64_t connection::do_run(const char* sql, std::span<const sql::value> with,
                                const std::function<void(const sql::row&)>& each) {
  auto& statement = prepared(sql);
  const running scope{statement};
  int parameter = 0;
  for (const auto& value : with)
    std::visit([&](const auto& is) { statement.bind(++parameter, is); }, value);
  while (statement.step())
    if (each)
      each(statement);
  return sqlite3_changes64(raw_);
}

void connection::execute(const char* sql, stage when) {
  if (sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    raise_for_store({sqlite3_extended_errcode(raw_), sqlite3_errmsg(raw_), file_, sql}, when);
}

std::string connection::ask(const char* sql, stage when) {
  statement query{raw_, file_, sql, when};
  const int code = query.try_step();
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    query.fail(code, when);
  return code == SQLITE_ROW ? std::string{query.text(0)} : std::string{};
}

void connection::checkpoint_on_close(bool wanted) noexcept {
  sqlite3_db_config(raw_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

void connection::begin_immediate() {
  prepared("BEGIN IMMEDIATE").run();
}

bool connection::begin_soon(std::chrono::milliseconds at_most) {
  auto& begin = prepared("BEGIN IMMEDIATE");
  sqlite3_busy_timeout(raw_, static_cast<int>(std::min(at_most, busy_timeout_).count()));
  const int code = begin.try_step();
  sqlite3_busy_timeout(raw_, static_cast<int>(busy_timeout_.count()));
  if (code != SQLITE_DONE && (code & 0xff) != SQLITE_BUSY)
    begin.fail(code);
  return code == SQLITE_DONE;
}

void connection::commit() {
  auto& statement = prepared("COMMIT");
  const int code = statement.try_step();
  if (code == SQLITE_DONE)
    return;
  const std::string message = sqlite3_errmsg(raw_);
  rollback();
  raise_for_store({code, message, file_, "COMMIT"}, stage::commit);
}

void connection::rollback() noexcept {
  if (in_transaction())
    sqlite3_exec(raw_, "ROLLBACK", nullptr, nullptr, nullptr);
}

} // namespace waymark::sqlite
