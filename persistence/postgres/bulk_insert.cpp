#include "persistence/postgres/bulk_insert.hpp"

#include "persistence/sql/lexer.hpp"

#include <algorithm>
#include <charconv>
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
