#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace waymark::test {

/// A connection that knows nothing of waymark, as another process would have one.
class raw_sqlite {
 public:
  explicit raw_sqlite(const std::string& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK)
      throw std::runtime_error{"can't open " + file};
  }
  ~raw_sqlite() { sqlite3_close(db_); }
  raw_sqlite(const raw_sqlite&) = delete;
  raw_sqlite& operator=(const raw_sqlite&) = delete;

  void execute(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error{sql + ": " + sqlite3_errmsg(db_)};
  }

  long long number(const std::string& sql) {
    sqlite3_stmt* query = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &query, nullptr);
    if (query == nullptr || sqlite3_step(query) != SQLITE_ROW) {
      sqlite3_finalize(query);
      throw std::runtime_error{sql + ": " + sqlite3_errmsg(db_)};
    }
    const auto result = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return result;
  }

 private:
  sqlite3* db_ = nullptr;
};

} // namespace waymark::test
