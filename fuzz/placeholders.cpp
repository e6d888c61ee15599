#include "node/sql/placeholders.hpp"

#include "fuzz/fuzz.hpp"

#include <string>

namespace {

using waymark::sql::dialect;
using waymark::sql::token;

/// The parameters as a database sees them: `$n`, in SQLite with the cast that it takes for a part
/// of the name.
std::size_t count_parameters(const std::string& sql, dialect of) {
  std::size_t count = 0;
  for (const auto& each : waymark::sql::tokens(sql, of)) {
    const auto digits = each.text.find_first_not_of("0123456789", 1);
    if (each.what != token::kind::parameter || each.text.front() != '$' || digits == 1)
      continue;
    const auto number = each.text.substr(0, digits);
    fuzz::require(number == "$" + std::to_string(++count), "parameters are numbered in order");
    fuzz::require(digits == std::string_view::npos || each.text.substr(digits, 2) == "::",
                  "a number ends where it should");
  }
  return count;
}

void parse(std::string_view input, dialect of) {
  using fuzz::require;
  const auto parsed = waymark::node::parse_placeholders(input, of);
  for (const auto& mistake : parsed.mistakes) {
    require(mistake.offset < input.size(), "a mistake stands in the statement");
    require(!mistake.text.empty(), "a mistake has words");
  }
  if (!parsed.mistakes.empty())
    return;
  auto found = count_parameters(parsed.statement.sql, of);
  if (fuzz::canary && found == 3)
    ++found;
  require(found == parsed.statement.values.size(), "each placeholder is one parameter");
}

} // namespace

void fuzz::one_input(std::string_view input) {
  parse(input, dialect::sqlite);
  parse(input, dialect::postgres);
}
