#pragma once

#include "persistence/sql/lexer.hpp"

#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace waymark::test {

/// What may stand behind SELECT, and how many columns that has; 0 for a database that refuses it.
struct difficult_sql {
  std::string text;
  int in_sqlite = 0;
  int in_postgres = 0;
};

/// The columns that `SELECT text` has if its texts, names and comments end where the lexer says.
inline int columns_of(const std::string& text, sql::dialect of) {
  int depth = 0;
  int result = 1;
  for (const auto& each : sql::tokens(text, of)) {
    depth += each.is('(') ? 1 : each.is(')') ? -1 : 0;
    result += each.is(',') && depth == 0 ? 1 : 0;
  }
  return result;
}

inline const std::vector<difficult_sql> difficult_texts{
    // quotes
    {"'it''s, one', 2", 2, 2},
    {"'a' 'b, c'", 1, 0}, // SQLite takes the second for the column's name
    {R"('\', ', two')", 2, 2},
    {R"('\\', 2, '\')", 3, 3},
    {R"(1 AS "a"", b", 2)", 2, 2},
    {R"(1 AS "\", 2 AS ", 3")", 2, 2},
    {"1 AS [a, b], 2", 2, 0},
    {"1 AS [a''], 2", 2, 0},
    {"1 AS [a[], 2 AS [b]", 2, 0},
    {"1 AS `a``, b`, 2", 2, 0},
    {"(ARRAY[1, 2])[1], 3", 0, 2},
    // with a letter before
    {R"(E'a\', b', 2)", 0, 2},
    {R"(e'\\', 2, E'\'')", 0, 3},
    {R"(E'it''s \', one', 2)", 0, 2},
    {R"(E'\047, \x27, \u0027, ', 2)", 0, 2},
    {R"(1 AS E, '\', 3)", 3, 3},
    {R"(1 x$E, '\', '3')", 3, 3},
    {R"(1 AS "E", '\', ', 3')", 3, 3},
    {R"(U&'\0027, ', 2)", 0, 2},
    {R"(1 AS U&"d\0061, b", 2)", 0, 2},
    {R"(1 AS u&"a!0022, " UESCAPE '!', 2)", 0, 2},
    {"N'a, b', n'it''s, c'", 0, 2},
    {"x'6162', X'', 3", 3, 3},
    {"B'101', 2", 0, 2},
    {"x'61' 'b, c'", 1, 0},
    {"x'61''b, c', 2", 2, 0},
    // that go on in another line
    {"'a'\n', b'", 1, 1},
    {"'a' -- it's, well\n  \n', b', 2", 2, 2},
    {"'a'\r', b', 2", 2, 2},
    {"E'a'\n'\\', b', 2", 0, 2},
    {"E'a' -- '\n\t'\\', 2, '\n''''", 0, 1},
    {"U&'a'\n'\\0027, ', 2", 0, 2},
    // dollars
    {"$$a, 'b$$, 2", 0, 2},
    {"$x$a, $$ $y$ $$x$, 2", 0, 2},
    {"$x$a, $xx$, $x$, 2", 4, 2},
    {"$a1$, $a1$, $\xc3\xa4$, $\xc3\xa4$", 4, 2},
    {"1 AS a$$, 2 AS b$$", 2, 2},
    {"1 AS a$b$c, 2 AS d$b$", 2, 2},
    {"$1, $a, $a$", 3, 0},
    {"$a::b(c,'d), 2", 2, 0},
    {"$1::text, ?, ?2, :a, @b, #c", 6, 0},
    {":a(,), 2", 2, 0},
    {"$1::text, $2::int", 2, 2},
    // comments
    {"1 -- , 2\n, 3", 2, 2},
    {"1 -- '\r, 2", 1, 2},
    {"1 -- '\r\n, 2", 2, 2},
    {"1 /* , /* , */ , 2 -- */", 2, 1},
    {"1 /* , /* , */ , */ , 2", 0, 2},
    {"1 /*/ , 2 */, 3", 2, 2},
    {"1 /**/, /***/ 2 /* * / , **/", 2, 2},
    {"1 +/* , */ 2, 3", 2, 2},
    {"1 - -1--, 2", 1, 1},
    {"1, 2 /* , 3", 2, 0},
    {"1 AS a/*'*/, 2 /*'*/", 2, 2},
    // numbers
    {"1.5e3, 1e-5, .5, 0x1f", 4, 0},
    {"1.5e3, 1e-5, .5", 3, 3},
};

/// Columns put together by chance of what is difficult; a few in a hundred are SQL.
inline std::string random_columns(std::mt19937& random) {
  static constexpr const char* pieces[] = {
      "'",  "'",  "''", "'\n'", "\\",  "\\'", "\"",  "E'", "e'", "x'", "U&'", "$",  "$$", "$a$",
      "$a", "--", "/*", "*/",   "\n",   "\r",  " ",   "1",  "a",  ",",  ", 1", ", ", "[",  "]",
      "`",  "E",  "(",  ")",    " AS a"};
  std::string result{"1"};
  for (auto left = 1 + random() % 14; left > 0; --left)
    result += pieces[random() % std::size(pieces)];
  return result;
}

} // namespace waymark::test
