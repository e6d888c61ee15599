#include "benchmarks/raw_sqlite.hpp"

#include "persistence/sqlite/connection.hpp"

#include <stdexcept>

namespace bench {

namespace {

[[noreturn]] void fail(sqlite3* db, std::string_view sql) {
  throw std::runtime_error{std::string{sqlite3_errmsg(db)} + " in " + std::string{sql}};
}

} // namespace

raw_statement::raw_statement(sqlite3* db, const std::string& sql) {
  if (sqlite3_prepare_v3(db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
      SQLITE_OK)
    fail(db, sql);
}

bool raw_statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW)
    return true;
  sqlite3_reset(handle_);
  if (code != SQLITE_DONE)
    fail(sqlite3_db_handle(handle_), sqlite3_sql(handle_));
  return false;
}

raw_database::raw_database(const std::string& file) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK)
    fail(handle_, file);
  execute("PRAGMA temp_store = MEMORY");
  execute(waymark::sqlite::writer_settings_sql);
}

void raw_database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(handle_, sql);
}

} // namespace bench
