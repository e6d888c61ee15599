#pragma once

#include <waymark/persistence/sql_column.hpp>
#include <waymark/persistence/sql_value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace waymark {

/// What a handler writes its read model through: one transaction of the read model's database,
/// which also holds the checkpoint. Valid until the handler returns, on the handler's thread only.
///
/// `$1`, `$2` … are the arguments in order, on every database; one may be used more than once.
/// Statements are prepared once and kept. BEGIN, COMMIT, ROLLBACK, SAVEPOINT and ATTACH are
/// refused. A statement that failed fails the event, even if the handler swallows the error.
///
/// @throws statement_error for what the values did (a constraint), projection_error for what the
///   SQL or the tables are (no such table, columns of other types than the program asks for),
///   store_error for what the database can't do now.
class read_model {
 public:
  virtual ~read_model() = default;
  read_model(const read_model&) = delete;
  read_model& operator=(const read_model&) = delete;

  /// Runs one statement; returns the number of rows it changed.
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    return do_execute(sql, std::array<sql_value, sizeof...(Args)>{sql_value{args}...});
  }

  /// Runs one statement once for each row of the columns, in order, and returns the number of rows
  /// that were changed in all. `$1`, `$2` … are the columns. All have the same number of values;
  /// where that is 0 nothing happens.
  ///
  /// The store does it as fast as it can, with the same outcome. PostgreSQL is sent an INSERT …
  /// VALUES as one statement with an array for each column, unless two rows of the call meet by ON
  /// CONFLICT DO UPDATE, or it calls a function of one's own: so add up what belongs to one key
  /// before. Triggers that work per statement may see one statement or many; a DEFAULT that reads
  /// its table, and a foreign key on the table itself, may see all rows of the call at once.
  ///
  ///   db.execute_many("INSERT INTO seen VALUES ($1, $2) ON CONFLICT DO NOTHING", days, cents);
  ///
  /// @throws usage_error if the columns differ in length, and what `execute` throws.
  template <class... Columns>
  std::int64_t execute_many(std::string_view sql, const Columns&... columns) {
    static_assert(sizeof...(Columns) > 0, "without a column there is no number of rows");
    const std::array<sql_column, sizeof...(Columns)> all{sql_column{columns}...};
    return execute_columns(sql, all);
  }

  /// Runs one statement; returns all rows it answers.
  template <class... Args>
  [[nodiscard]] result_set query(std::string_view sql, const Args&... args) {
    return do_query(sql, std::array<sql_value, sizeof...(Args)>{sql_value{args}...});
  }

  /// The rows as tuples: `query_as<std::string, std::int64_t>("SELECT day, cents …")`.
  template <class... Columns, class... Args>
  [[nodiscard]] std::vector<std::tuple<Columns...>> query_as(std::string_view sql,
                                                             const Args&... args) {
    const auto found = query(sql, args...);
    require_columns(found, sizeof...(Columns), sql);
    std::vector<std::tuple<Columns...>> result;
    result.reserve(found.rows.size());
    for (const auto& row : found.rows)
      result.push_back(to_tuple<Columns...>(found, row, std::index_sequence_for<Columns...>{}));
    return result;
  }

  /// The only column of the only row. @throws usage_error if there is not exactly one row.
  template <class T, class... Args>
  [[nodiscard]] T query_value(std::string_view sql, const Args&... args) {
    const auto found = query(sql, args...);
    require_one(found, sql);
    return cell_as<T>(found.rows.front().front(), found.columns.front());
  }

  /// The first column of the first row, or nothing if there is no row.
  template <class T, class... Args>
  [[nodiscard]] std::optional<T> query_optional(std::string_view sql, const Args&... args) {
    const auto found = query(sql, args...);
    if (found.rows.empty())
      return std::nullopt;
    return cell_as<T>(found.rows.front().front(), found.columns.front());
  }

  /// As `execute` and `query`, for arguments known only at run time.
  std::int64_t execute_values(std::string_view sql, std::span<const sql_value> args) {
    return do_execute(sql, args);
  }
  [[nodiscard]] result_set query_values(std::string_view sql, std::span<const sql_value> args) {
    return do_query(sql, args);
  }
  std::int64_t execute_columns(std::string_view sql, std::span<const sql_column> columns);

 protected:
  read_model() = default;

  /// Row by row, which is what `execute_many` means.
  std::int64_t execute_each(std::string_view sql, std::span<const sql_column> columns);

 private:
  virtual std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) = 0;
  virtual result_set do_query(std::string_view sql, std::span<const sql_value> args) = 0;
  /// At least one column, all of the same length, which is not 0.
  virtual std::int64_t do_execute_many(std::string_view sql, std::span<const sql_column> columns) {
    return execute_each(sql, columns);
  }

  static void require_columns(const result_set& found, std::size_t wanted, std::string_view sql);
  static void require_one(const result_set& found, std::string_view sql);

  template <class... Columns, std::size_t... I>
  static std::tuple<Columns...> to_tuple(const result_set& found, const std::vector<sql_cell>& row,
                                         std::index_sequence<I...>) {
    return {cell_as<Columns>(row[I], found.columns[I])...};
  }
};

} // namespace waymark
