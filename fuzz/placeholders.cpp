#include "node/sql/placeholders.hpp"

#include "fuzz/fuzz.hpp"
#include "node/sql/sql_lexer.hpp"

#include <string>

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The parameters as a database sees them: the numbers of $n outside quotes and comments.
std::size_t count_parameters(const std::string& sql) {
  waymark::node::sql_lexer lexer{sql};
  std::size_t count = 0;
  for (std::size_t at = 0; at + 1 < sql.size(); ++at) {
    const bool code = lexer.part_at(at) == waymark::node::sql_part::code;
    if (!code || sql[at] != '$' || !is_digit(sql[at + 1]))
      continue;
    const auto wanted = "$" + std::to_string(++count);
    fuzz::require(sql.compare(at, wanted.size(), wanted) == 0, "parameters are numbered in order");
    const auto end = at + wanted.size();
    fuzz::require(end == sql.size() || !is_digit(sql[end]), "a number ends where it should");
  }
  return count;
}

} // namespace

void fuzz::one_input(std::string_view input) {
  const auto parsed = waymark::node::parse_placeholders(input);
  for (const auto& mistake : parsed.mistakes) {
    require(mistake.offset < input.size(), "a mistake stands in the statement");
    require(!mistake.text.empty(), "a mistake has words");
  }
  if (!parsed.mistakes.empty())
    return;
  auto found = count_parameters(parsed.statement.sql);
  if (canary && found == 3)
    ++found;
  require(found == parsed.statement.values.size(), "each placeholder is one parameter");
}
