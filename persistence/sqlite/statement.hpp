#pragma once

#include "persistence/sql/connection.hpp"
#include "persistence/sqlite/fault.hpp"

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::sqlite {

/// One prepared statement of waymark's own, and the row that it stands at. What is bound is not
/// copied and must outlive the run. Parameters count from 1.
class statement final : public sql::row {
 public:
  /// @throws store_error, or incompatible_store if `when` is `open`.
  statement(sqlite3* db, std::string_view file, std::string_view sql, stage when = stage::step);

  statement& bind(int parameter, std::int64_t value);
  statement& bind(int parameter, std::string_view text);
  statement& bind(int parameter, const uuid& id);
  statement& bind(int parameter, timestamp when);
  statement& bind_null(int parameter);
  statement& bind(int parameter, const sql::foreign_text& text) { return bind(parameter, text.is); }
  statement& bind(int parameter, const sql::byte_text& text) { return bind(parameter, text.is); }
  template <class T>
  statement& bind(int parameter, const std::optional<T>& value) {
    return value ? bind(parameter, *value) : bind_null(parameter);
  }

  /// True if there is a row; false, and ready for another run, when done. On an error it is ready
  /// for another run as well. @throws store_error.
  bool step();

  /// As `step`, but answers the extended result code instead of throwing.
  [[nodiscard]] int try_step() noexcept;

  /// Runs to the end.
  void run();

  void reset() noexcept { sqlite3_reset(handle_.get()); }

  /// Throws what the code of `try_step` deserves.
  [[noreturn]] void fail(int code, stage when = stage::step) const;

  [[nodiscard]] std::int64_t integer(int column) const noexcept override {
    return sqlite3_column_int64(handle_.get(), column);
  }
  [[nodiscard]] bool is_null(int column) const noexcept override {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }
  [[nodiscard]] std::string_view text(int column) const noexcept override;
  [[nodiscard]] uuid id(int column) const noexcept override;
  [[nodiscard]] timestamp time(int column) const noexcept override {
    return timestamp{std::chrono::microseconds{integer(column)}};
  }

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  void check(int code) const;

  std::string_view file_;
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// Resets a statement when a scope ends, so that an exception leaves no open cursor behind.
class running {
 public:
  explicit running(statement& s) noexcept : statement_{s} {}
  ~running() { statement_.reset(); }
  running(const running&) = delete;
  running& operator=(const running&) = delete;

 private:
  statement& statement_;
};

} // namespace waymark::sqlite
