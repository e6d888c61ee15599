#include "persistence/sqlite/statement.hpp"

#include <algorithm>
#include <cstring>

namespace waymark::sqlite {

statement::statement(sqlite3* db, std::string_view file, std::string_view sql, stage when)
    : file_{file} {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK)
    raise_for_store({sqlite3_extended_errcode(db), sqlite3_errmsg(db), file_, sql}, when);
}

void statement::check(int code) const {
  if (code != SQLITE_OK)
    fail(code);
}

void statement::fail(int code, stage when) const {
  auto* db = sqlite3_db_handle(handle_.get());
  // The connection's text may already belong to a later call.
  const char* message =
      sqlite3_extended_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  raise_for_store({code, message, file_, sqlite3_sql(handle_.get())}, when);
}

statement& statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), parameter, value));
  return *this;
}

statement& statement::bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL, and an empty view may hold one.
  check(sqlite3_bind_text64(handle_.get(), parameter, text.empty() ? "" : text.data(), text.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

statement& statement::bind(int parameter, const uuid& id) {
  check(sqlite3_bind_blob(handle_.get(), parameter, id.bytes.data(),
                          static_cast<int>(id.bytes.size()), SQLITE_STATIC));
  return *this;
}

statement& statement::bind(int parameter, timestamp when) {
  return bind(parameter, std::int64_t{when.time_since_epoch().count()});
}

statement& statement::bind_null(int parameter) {
  check(sqlite3_bind_null(handle_.get(), parameter));
  return *this;
}

int statement::try_step() noexcept {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW)
    return code;
  const int extended =
      code == SQLITE_DONE ? code : sqlite3_extended_errcode(sqlite3_db_handle(handle_.get()));
  sqlite3_reset(handle_.get());
  return extended;
}

bool statement::step() {
  const int code = try_step();
  if (code == SQLITE_ROW)
    return true;
  if (code != SQLITE_DONE)
    fail(code);
  return false;
}

void statement::run() {
  while (step()) {
  }
}

std::string_view statement::text(int column) const noexcept {
  const auto* data = sqlite3_column_text(handle_.get(), column);
  const auto size = sqlite3_column_bytes(handle_.get(), column);
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

uuid statement::id(int column) const noexcept {
  uuid result;
  const auto* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  if (data != nullptr)
    std::memcpy(result.bytes.data(), data, std::min(size, result.bytes.size()));
  return result;
}

} // namespace waymark::sqlite
