#include "persistence/postgres/sql_words.hpp"

#include "persistence/sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace waymark::postgres {

std::vector<std::string> first_words(std::string_view sql) {
  std::vector<std::string> result;
  bool inside = false; // a statement
  for (std::size_t at = 0; at < sql.size();) {
    const auto token = sql::token_at(sql, at, sql::dialect::postgres);
    at += token.text.size();
    if (token.separates())
      continue;
    const bool begins = !inside && !token.is(';');
    inside = !token.is(';');
    if (!begins)
      continue;
    result.emplace_back(token.what == sql::token::kind::word ? token.text : std::string_view{});
    for (auto& c : result.back())
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return result;
}

bool is_forbidden(std::string_view word) noexcept {
  static constexpr std::array words{"BEGIN",   "START",     "COMMIT",   "END",     "ROLLBACK",
                                    "ABORT",   "SAVEPOINT", "RELEASE",  "PREPARE", "DEALLOCATE",
                                    "DISCARD", "LISTEN",    "UNLISTEN", "COPY",    "SET",
                                    "RESET",   "LOAD",      "VACUUM"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace waymark::postgres
