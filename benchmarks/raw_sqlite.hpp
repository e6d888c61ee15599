#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// A statement of the plain C API, with just enough around it to bind, step and end.
class raw_statement {
 public:
  raw_statement(sqlite3* db, const std::string& sql);
  ~raw_statement() { sqlite3_finalize(handle_); }
  raw_statement(const raw_statement&) = delete;
  raw_statement& operator=(const raw_statement&) = delete;

  /// Nothing bound is copied.
  raw_statement& bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(handle_, parameter, value);
    return *this;
  }
  raw_statement& bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(handle_, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  raw_statement& bind_blob(int parameter, const void* data, std::size_t size) {
    sqlite3_bind_blob64(handle_, parameter, data, size, SQLITE_STATIC);
    return *this;
  }

  /// True if there is a row; otherwise it is ready for the next run. @throws std::runtime_error.
  bool step();
  /// Runs what answers no rows.
  void run() {
    while (step()) {
    }
  }
  void reset() { sqlite3_reset(handle_); }

  [[nodiscard]] std::int64_t integer(int column) const {
    return sqlite3_column_int64(handle_, column);
  }
  [[nodiscard]] std::string_view text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
  }
  [[nodiscard]] std::string_view blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
  }

 private:
  sqlite3_stmt* handle_ = nullptr;
};

/// A connection with the settings of waymark's own writer.
class raw_database {
 public:
  /// Opens a file in which waymark has made its tables.
  explicit raw_database(const std::string& file);
  ~raw_database() { sqlite3_close(handle_); }
  raw_database(const raw_database&) = delete;
  raw_database& operator=(const raw_database&) = delete;

  [[nodiscard]] sqlite3* get() const { return handle_; }
  void execute(const char* sql);

 private:
  sqlite3* handle_ = nullptr;
};

} // namespace bench
