#include <waymark/persistence/read_model.hpp>

#include <waymark/messages/error.hpp>

#include <string>

namespace waymark {

std::int64_t read_model::execute_columns(std::string_view sql,
                                         std::span<const sql_column> columns) {
  if (columns.empty())
    throw projection_error{"a statement for many rows takes at least one column: " +
                           std::string{sql}};
  for (const auto& each : columns)
    if (each.size() != columns.front().size())
      throw usage_error{"the columns differ in length (" + std::to_string(columns.front().size()) +
                        " and " + std::to_string(each.size()) + "): " + std::string{sql}};
  return columns.front().size() == 0 ? 0 : do_execute_many(sql, columns);
}

std::int64_t read_model::execute_each(std::string_view sql, std::span<const sql_column> columns) {
  std::int64_t changed = 0;
  std::vector<sql_value> row(columns.size(), nullptr);
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    for (std::size_t c = 0; c < columns.size(); ++c)
      row[c] = columns[c][i];
    changed += do_execute(sql, row);
  }
  return changed;
}

void read_model::require_columns(const result_set& found, std::size_t wanted,
                                 std::string_view sql) {
  if (found.columns.size() != wanted)
    throw projection_error{"the query answers " + std::to_string(found.columns.size()) +
                           " column(s), the program asks for " + std::to_string(wanted) + ": " +
                           std::string{sql}};
}

// How many columns there are is the statement's doing, how many rows that of what it is given.
void read_model::require_one(const result_set& found, std::string_view sql) {
  require_columns(found, 1, sql);
  if (found.rows.size() != 1)
    throw usage_error{"the query answers " + std::to_string(found.rows.size()) +
                      " row(s), where exactly one was asked for: " + std::string{sql}};
}

} // namespace waymark
