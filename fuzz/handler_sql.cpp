#include <waymark/messages/error.hpp>

#include "fuzz/fuzz.hpp"
#include "messages/text.hpp"
#include "persistence/postgres/sql_words.hpp"
#include "persistence/postgres/written_tables.hpp"
#include "persistence/sql/lexer.hpp"
#include "persistence/sqlite/handler_statements.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace waymark;

sqlite3* database() {
  static sqlite3* const in_memory = [] {
    sqlite3* made = nullptr;
    fuzz::require(sqlite3_open(":memory:", &made) == SQLITE_OK, "there is a database");
    sqlite3_limit(made, SQLITE_LIMIT_EXPR_DEPTH, 100);
    fuzz::require(sqlite3_exec(made, "CREATE TABLE t (a, b, c)", nullptr, nullptr, nullptr) ==
                      SQLITE_OK,
                  "there is a table");
    return made;
  }();
  return in_memory;
}

/// Each parameter takes an argument, and each argument goes to a parameter.
void require_sound(const sqlite::handler_statement& found, std::size_t given) {
  auto arguments = found.argument_of;
  if (fuzz::canary && found.arguments == 2)
    arguments.pop_back();
  fuzz::require(found.arguments == given, "as many arguments as were given");
  fuzz::require(arguments.size() ==
                    static_cast<std::size_t>(sqlite3_bind_parameter_count(found.handle.get())),
                "every parameter has an argument");
  for (std::size_t i = 0; i < given; ++i)
    fuzz::require(std::find(arguments.begin(), arguments.end(), i) != arguments.end(),
                  "every argument has a parameter");
}

/// The lexer reads the same text for both databases: nothing is lost, and a parameter of PostgreSQL
/// is `$` and digits. The guards over it come to an end.
void require_whole(std::string_view sql, sql::dialect of) {
  std::string all;
  for (const auto& token : sql::tokens(sql, of)) {
    fuzz::require(!token.text.empty(), "a token is not empty");
    all += token.text;
    if (of == sql::dialect::postgres && token.what == sql::token::kind::parameter)
      fuzz::require(token.text.size() > 1 && token.text.front() == '$' &&
                        token.text.find_first_not_of("0123456789", 1) == std::string_view::npos,
                    "a parameter is a number");
  }
  fuzz::require(all == sql, "the tokens are the text");
  static_cast<void>(postgres::first_words(sql));
  static_cast<void>(postgres::written_tables(sql));
  static_cast<void>(postgres::call_that_outlives_transaction(sql));
}

} // namespace

/// The first byte says how many arguments are given, 0 to 7; the rest is a handler's statement. It
/// is prepared and bound, but not run.
void fuzz::one_input(std::string_view input) {
  if (input.empty())
    return;
  const std::size_t given = static_cast<unsigned char>(input.front()) & 7u;
  const auto sql = input.substr(1);
  require_whole(sql, waymark::sql::dialect::sqlite);
  require_whole(sql, waymark::sql::dialect::postgres);
  static constexpr std::string_view file{"fuzz"};
  sqlite::handler_statements statements{database(), file};
  std::vector<sql_value> arguments;
  for (std::size_t i = 0; i < given; ++i)
    arguments.emplace_back(static_cast<std::int64_t>(i));
  try {
    require_sound(statements.ready(sql, arguments, false), given);
  } catch (const error& refused) {
    const std::string why = refused.what();
    require(!why.empty(), "a refusal has a reason");
  }
  require(sqlite3_get_autocommit(database()) != 0, "no transaction was begun");
}
