#include "persistence/postgres/bulk_insert.hpp"

#include "persistence/sql/lexer.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>

namespace waymark::postgres {

namespace {

using kind = sql::token::kind;
using tokens = std::span<const sql::token>;

bool has_word(tokens in, std::string_view word) noexcept {
  return std::any_of(in.begin(), in.end(), [&](const auto& each) { return each.is(word); });
}

std::string text_of(tokens some) {
  std::string result;
  for (const auto& each : some) // a comment to the end of the line would swallow what follows
    result += each.separates() ? std::string_view{" "} : each.text;
  return result;
}

tokens without_blanks_before(tokens some) {
  while (!some.empty() && some.front().separates())
    some = some.subspan(1);
  return some;
}

/// How many tokens the brackets take that the first one opens; 0 if they are not closed.
std::size_t bracketed(tokens some) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i < some.size(); ++i) {
    depth += some[i].is('(') ? 1 : some[i].is(')') ? -1 : 0;
    if (depth == 0)
      return i + 1;
  }
  return 0;
}

/// Up to the first VALUES outside of brackets, or everything.
std::size_t up_to_values(tokens some) noexcept {
  int depth = 0;
  std::size_t i = 0;
  for (; i < some.size() && !(depth == 0 && some[i].is("VALUES")); ++i)
    depth += some[i].is('(') ? 1 : some[i].is(')') ? -1 : 0;
  return i;
}

/// What may stand before a bracket and reads no table, so that it gives the same whether the rows
/// before are there already: keywords, types, and functions of the server's own.
constexpr std::string_view harmless[]{
    "ABS", "ALL", "AND", "ANY", "BETWEEN", "BIT", "BTRIM", "CASE", "CAST", "CEIL",
    "CHAR", "CHARACTER", "CLOCK_TIMESTAMP", "COALESCE", "CONCAT", "CONFLICT", "DATE",
    "DATE_PART", "DATE_TRUNC", "DECIMAL", "DECODE", "ELSE", "ENCODE", "EXTRACT", "FLOAT",
    "FLOOR", "FORMAT", "FROM", "GEN_RANDOM_UUID", "GREATEST", "IN", "INTERVAL",
    "JSONB_BUILD_ARRAY", "JSONB_BUILD_OBJECT", "JSONB_SET", "JSON_BUILD_ARRAY",
    "JSON_BUILD_OBJECT", "LEAST", "LEFT", "LENGTH", "LOWER", "LPAD", "LTRIM", "MAKE_DATE",
    "MAKE_INTERVAL", "MAKE_TIMESTAMPTZ", "MD5", "MOD", "NEXTVAL", "NOT", "NOW", "NULLIF",
    "NUMERIC", "OR", "POSITION", "POWER", "REPLACE", "RIGHT", "ROUND", "ROW", "RPAD", "RTRIM",
    "SET", "SIGN", "SOME", "SPLIT_PART", "SUBSTR", "SUBSTRING", "THEN", "TIME", "TIMESTAMP",
    "TIMESTAMPTZ", "TO_CHAR", "TO_DATE", "TO_JSON", "TO_JSONB", "TO_NUMBER", "TO_TIMESTAMP",
    "TO_TSVECTOR", "TRIM", "TRUNC", "UPPER", "VARCHAR", "VARYING", "WHEN", "WHERE"};

bool is_harmless(const sql::token& word) noexcept {
  return std::any_of(std::begin(harmless), std::end(harmless),
                     [&](auto each) { return word.is(each); });
}

/// Whether a function is called that might read a table. One with a schema before it is somebody's
/// own, whatever its name.
bool calls_unknown(tokens some) noexcept {
  const sql::token* last = nullptr;
  bool qualified = false;
  for (const auto& each : some) {
    if (each.separates())
      continue;
    if (each.is('(') && last && (last->what == kind::word || last->what == kind::name) &&
        (qualified || !is_harmless(*last)))
      return true;
    if (each.what == kind::word || each.what == kind::name)
      qualified = last && last->is('.');
    last = &each;
  }
  return false;
}

std::string alias(std::size_t number) {
  return "c" + std::to_string(number);
}

} // namespace

std::optional<bulk_insert> bulk_insert::of(std::string_view sql) {
  const auto all = sql::tokens(sql, sql::dialect::postgres);
  const auto statement = without_blanks_before(all);
  if (statement.empty() || !statement.front().is("INSERT"))
    return std::nullopt;
  for (const auto* word : {"SELECT", "RETURNING", "TABLE", "WITH"})
    if (has_word(statement, word))
      return std::nullopt;
  const auto head = statement.first(up_to_values(statement));
  if (head.size() == statement.size())
    return std::nullopt;
  const auto rest = without_blanks_before(statement.subspan(head.size() + 1));
  if (rest.empty() || !rest.front().is('('))
    return std::nullopt;
  const auto length = bracketed(rest);
  if (length == 0)
    return std::nullopt;
  const auto row = rest.subspan(1, length - 2);
  auto tail = without_blanks_before(rest.subspan(length));
  if (calls_unknown(row) || calls_unknown(tail))
    return std::nullopt;
  if (has_word(row, "DEFAULT") || (!tail.empty() && !tail.front().is("ON")))
    return std::nullopt;
  for (const auto& each : tail)
    if (each.what == kind::parameter || each.is(';'))
      return std::nullopt;
  bulk_insert result;
  result.head_ = text_of(head);
  result.tail_ = text_of(tail);
  result.pieces_.emplace_back();
  for (const auto& each : row) {
    if (each.what != kind::parameter) {
      result.pieces_.back() += each.separates() ? std::string_view{" "} : each.text;
      continue;
    }
    std::size_t number = 0;
    std::from_chars(each.text.data() + 1, each.text.data() + each.text.size(), number);
    result.numbers_.push_back(number);
    result.pieces_.emplace_back();
  }
  return result;
}

std::string bulk_insert::with_arrays(const std::vector<column>& columns) const {
  auto sql = head_ + "SELECT " + pieces_.front();
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    sql += "waymark_rows." + alias(numbers_[i]) + pieces_[i + 1];
  std::string casts;
  std::string arrays;
  std::string names;
  for (std::size_t n = 1; n <= columns.size(); ++n) {
    const auto& each = columns[n - 1];
    const std::string comma = n == 1 ? "" : ", ";
    casts += comma + alias(n);
    if (each.type != each.sent_as)
      casts += "::" + each.type + " AS " + alias(n);
    arrays += comma + "$" + std::to_string(n) + "::" + each.sent_as + "[]";
    names += comma + alias(n);
  }
  return sql + " FROM (SELECT " + casts + " FROM unnest(" + arrays + ") AS waymark_sent(" + names +
         ")) AS waymark_rows " + tail_;
}

} // namespace waymark::postgres
