#include <waymark/persistence/read_model.hpp>

#include <waymark/messages/error.hpp>

#include <string>

namespace waymark {

void read_model::require_columns(const result_set& found, std::size_t wanted,
                                 std::string_view sql) {
  if (found.columns.size() != wanted)
    throw usage_error{"the query answers " + std::to_string(found.columns.size()) +
                      " column(s), the program asks for " + std::to_string(wanted) + ": " +
                      std::string{sql}};
}

void read_model::require_one(const result_set& found, std::string_view sql) {
  if (found.rows.size() != 1 || found.columns.size() != 1)
    throw usage_error{"the query answers " + std::to_string(found.rows.size()) + " row(s) of " +
                      std::to_string(found.columns.size()) +
                      " column(s), where exactly one value was asked for: " + std::string{sql}};
}

} // namespace waymark
