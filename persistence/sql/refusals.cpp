#include "persistence/sql/refusals.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sql {

std::string in_quotes(std::string_view sql) {
  return "\"" + std::string{sql.substr(0, 300)} + (sql.size() > 300 ? "…\"" : "\"");
}

void require_no_nul(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos)
    throw projection_error{"SQL may not hold a NUL: " + in_quotes(sql)};
}

void require_arguments(std::size_t taken, std::size_t given, std::string_view sql) {
  if (taken != given)
    throw projection_error{"the statement takes " + std::to_string(taken) +
                           " argument(s) and was given " + std::to_string(given) + ": " +
                           in_quotes(sql)};
}

void refuse_empty(std::string_view sql) {
  throw projection_error{"there is no SQL statement in " + in_quotes(sql)};
}

void refuse_several(std::string_view sql) {
  throw projection_error{"more than one statement in one call, give them one by one: " +
                         in_quotes(sql)};
}

} // namespace waymark::sql
