#pragma once

#include "persistence/sql/record_sql.hpp"

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace waymark::sql {

/// The current row of an answer. Columns count from 0; a text is valid until the next row.
class row {
 public:
  [[nodiscard]] virtual bool is_null(int column) const noexcept = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const noexcept = 0;
  [[nodiscard]] virtual std::string_view text(int column) const noexcept = 0;
  [[nodiscard]] virtual uuid id(int column) const noexcept = 0;
  [[nodiscard]] virtual timestamp time(int column) const noexcept = 0;

 protected:
  ~row() = default;
};

template <class Row>
[[nodiscard]] int number(const Row& from, int column) {
  return static_cast<int>(from.integer(column));
}

template <class Row>
[[nodiscard]] std::optional<std::string> optional_text(const Row& from, int column) {
  return from.is_null(column) ? std::nullopt : std::optional{std::string{from.text(column)}};
}

template <class Row>
[[nodiscard]] std::optional<timestamp> optional_time(const Row& from, int column) {
  return from.is_null(column) ? std::nullopt : std::optional{from.time(column)};
}

/// Text that was not made here and may hold anything; a database whose text can't keeps what it
/// can.
struct foreign_text {
  explicit foreign_text(std::optional<std::string_view> text) : is{text} {}
  std::optional<std::string_view> is;
};

/// Text that is kept and compared byte by byte, whatever is in it.
struct byte_text {
  explicit byte_text(std::optional<std::string_view> text) : is{text} {}
  std::optional<std::string_view> is;
};

/// A parameter of a statement. Texts are not copied.
using value = std::variant<std::int32_t, std::int64_t, std::optional<std::string_view>,
                           foreign_text, byte_text, std::optional<uuid>, std::optional<timestamp>>;

/// One connection to a database that keeps waymark's records. Whatever runs on it runs in the
/// transaction that is open. Used by one thread at a time. Members throw store_error.
class connection {
 public:
  connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  virtual ~connection() = default;

  /// The statements that make the most of this database.
  [[nodiscard]] virtual const record_sql& texts() const noexcept = 0;

  /// @returns how many rows were changed.
  template <class... Values>
  std::int64_t change(const char* sql, const Values&... values) {
    const std::array<value, sizeof...(Values)> with{value{values}...};
    return do_run(sql, with, {});
  }

  /// What `from` makes of each row.
  template <class From, class... Values>
  [[nodiscard]] auto all(const char* sql, From from, const Values&... values) {
    std::vector<std::invoke_result_t<From, const row&>> result;
    const std::array<value, sizeof...(Values)> with{value{values}...};
    do_run(sql, with, [&](const row& each) { result.push_back(from(each)); });
    return result;
  }

  /// What `from` makes of the only row, if there is one.
  template <class From, class... Values>
  [[nodiscard]] auto one(const char* sql, From from, const Values&... values) {
    std::optional<std::invoke_result_t<From, const row&>> result;
    const std::array<value, sizeof...(Values)> with{value{values}...};
    do_run(sql, with, [&](const row& each) { result.emplace(from(each)); });
    return result;
  }

  /// Runs a user's text of one or more statements. @throws as handlers' statements do.
  virtual void run_script(std::string_view sql) = 0;

  /// Finds out whether a user's statement would be taken; further ones can be tried on the same
  /// transaction afterwards. @throws as handlers' statements do.
  virtual void try_out(const sql_trial& trial) = 0;

  /// Ends the transaction, or throws and leaves none open.
  /// @throws store_error whose outcome says what is known; statement_error.
  virtual void commit() = 0;

 private:
  /// @param each called with every row of the answer; may be empty.
  virtual std::int64_t do_run(const char* sql, std::span<const value> with,
                              const std::function<void(const row&)>& each) = 0;
};

} // namespace waymark::sql
