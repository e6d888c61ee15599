// The one place that knows where SQL's texts, names and comments end.
//
// PostgreSQL: the manual's chapter 4.1, Lexical Structure (constants of strings, also those that go
// on in another line, with C-style escapes, with Unicode escapes, in dollars; identifiers;
// comments, which nest), and scan.l of the server for what it leaves open: a carriage return ends a
// line too, a name may hold dollars behind its first letter, and a letter belongs to a quote only
// if it is the whole word before it.
//
// SQLite: "SQL As Understood By SQLite" (SQLite Keywords, Literal Values and Parameters, SQL
// Comment Syntax), and tokenize.c for what it leaves open: only a line feed ends a line, comments
// do not nest and need no end, a blob ends at its first quote, and what a $ begins is always a
// parameter, with :: and brackets in it.
#include "persistence/sql/lexer.hpp"

#include <algorithm>

namespace waymark::sql {

namespace {

using kind = token::kind;
constexpr auto npos = std::string_view::npos;

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Both let a name go on so.
bool in_name(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '$';
}

bool is_line_end(char c) noexcept {
  return c == '\n' || c == '\r';
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\f' || c == '\v' || is_line_end(c);
}

char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

template <class Condition>
std::size_t behind_all(std::string_view sql, std::size_t at, const Condition& fits) noexcept {
  while (at < sql.size() && fits(sql[at]))
    ++at;
  return at;
}

/// Behind the next `end` from `at` on, or the end of the text.
std::size_t behind(std::string_view sql, std::string_view end, std::size_t at) noexcept {
  const auto found = sql.find(end, at);
  return found == npos ? sql.size() : found + end.size();
}

bool sees(std::string_view sql, std::size_t at, std::string_view wanted) noexcept {
  return sql.substr(std::min(at, sql.size()), wanted.size()) == wanted;
}

/// Behind the quote that closes the one before `at`; two of them stand for one.
std::size_t behind_quote(std::string_view sql, std::size_t at, char quote, bool escapes) noexcept {
  for (; at < sql.size(); ++at)
    if (escapes && sql[at] == '\\')
      ++at;
    else if (sql[at] == quote && !sees(sql, ++at, {&quote, 1}))
      return at;
  return sql.size();
}

/// @param quote where the quote is; what stands before it belongs to the name.
token name(std::string_view sql, std::size_t at, std::size_t quote) noexcept {
  return {kind::name, sql.substr(at, behind_quote(sql, quote + 1, sql[quote], false) - at)};
}

std::size_t behind_number(std::string_view sql, std::size_t at) noexcept {
  at = behind_all(sql, at, is_digit);
  if (at == sql.size() || upper(sql[at]) != 'E')
    return at;
  const auto exponent = at + (sees(sql, at + 1, "+") || sees(sql, at + 1, "-") ? 2u : 1u);
  const auto end = behind_all(sql, exponent, is_digit);
  return end > exponent ? end : at;
}

namespace postgres {

std::size_t line_end(std::string_view sql, std::size_t at) noexcept {
  return behind_all(sql, at, [](char c) { return !is_line_end(c); });
}

std::size_t behind_comment(std::string_view sql, std::size_t at) noexcept {
  int depth = 0;
  do {
    const bool opens = sees(sql, at, "/*");
    const bool closes = sees(sql, at, "*/");
    depth += opens ? 1 : closes ? -1 : 0;
    at += opens || closes ? 2 : 1;
  } while (depth > 0 && at < sql.size());
  return std::min(at, sql.size());
}

token text(std::string_view sql, std::size_t at, std::size_t quote) noexcept {
  const bool escapes = quote == at + 1 && upper(sql[at]) == 'E';
  auto end = quote + 1;
  for (auto next = end; next != 0; next = continued_at(sql, end))
    end = behind_quote(sql, next, '\'', escapes);
  return {kind::text, sql.substr(at, end - at)};
}

token word(std::string_view sql, std::size_t at) noexcept {
  const auto first = upper(sql[at]);
  if (first == 'U' && sees(sql, at + 1, "&'"))
    return text(sql, at, at + 2);
  if (first == 'U' && sees(sql, at + 1, "&\""))
    return name(sql, at, at + 2);
  if ((first == 'E' || first == 'B' || first == 'X' || first == 'N') && sees(sql, at + 1, "'"))
    return text(sql, at, at + 1);
  return {kind::word, sql.substr(at, behind_all(sql, at, in_name) - at)};
}

/// A parameter, or a tag and all up to the same tag.
token dollar(std::string_view sql, std::size_t at) noexcept {
  auto end = behind_all(sql, at + 1, is_digit);
  if (end > at + 1)
    return {kind::parameter, sql.substr(at, end - at)};
  end = behind_all(sql, end, [](char c) { return in_name(c) && c != '$'; });
  if (!sees(sql, end, "$"))
    return {kind::sign, sql.substr(at, 1)};
  ++end;
  return {kind::text, sql.substr(at, behind(sql, sql.substr(at, end - at), end) - at)};
}

} // namespace postgres

namespace sqlite {

token parameter(std::string_view sql, std::size_t at) noexcept {
  bool named = false;
  auto end = at + 1;
  for (; end < sql.size() && (in_name(sql[end]) || sees(sql, end, "::")); ++end)
    if (sql[end] == ':')
      ++end;
    else
      named = true;
  if (!named)
    return {kind::sign, sql.substr(at, 1)};
  if (sees(sql, end, "(")) {
    end = behind_all(sql, end + 1, [](char c) { return !is_blank(c) && c != ')'; });
    end = std::min(end + 1, sql.size());
  }
  return {kind::parameter, sql.substr(at, end - at)};
}

token word(std::string_view sql, std::size_t at) noexcept {
  if (upper(sql[at]) == 'X' && sees(sql, at + 1, "'"))
    return {kind::text, sql.substr(at, behind(sql, "'", at + 2) - at)};
  return {kind::word, sql.substr(at, behind_all(sql, at, in_name) - at)};
}

token number(std::string_view sql, std::size_t at) noexcept {
  return {kind::number, sql.substr(at, behind_all(sql, behind_number(sql, at), in_name) - at)};
}

/// The kinds that PostgreSQL does not have; of nothing for anything else.
token other(std::string_view sql, std::size_t at) noexcept {
  switch (sql[at]) {
  case '`': return name(sql, at, at);
  case '[': return {kind::name, sql.substr(at, behind(sql, "]", at + 1) - at)};
  case '?': return {kind::parameter, sql.substr(at, behind_all(sql, at + 1, is_digit) - at)};
  case '$':
  case ':':
  case '@':
  case '#': return parameter(sql, at);
  default: return {};
  }
}

} // namespace sqlite

token comment_at(std::string_view sql, std::size_t at, dialect of) noexcept {
  const bool nests = of == dialect::postgres;
  auto end = at;
  if (sees(sql, at, "--"))
    end = nests ? std::min(postgres::line_end(sql, at) + 1, sql.size()) : behind(sql, "\n", at);
  else if (sees(sql, at, "/*") && nests)
    end = postgres::behind_comment(sql, at);
  else if (sees(sql, at, "/*") && at + 2 < sql.size())
    end = behind(sql, "*/", at + 2);
  return {kind::comment, sql.substr(at, end - at)};
}

} // namespace

bool token::is(std::string_view word) const noexcept {
  const auto same = [](char a, char b) { return upper(a) == b; };
  return what == kind::word && std::equal(text.begin(), text.end(), word.begin(), word.end(), same);
}

std::size_t continued_at(std::string_view sql, std::size_t at) noexcept {
  bool lines = false;
  while (at < sql.size() && (is_blank(sql[at]) || sees(sql, at, "--"))) {
    lines = lines || is_line_end(sql[at]);
    at = sql[at] == '-' ? postgres::line_end(sql, at) : at + 1;
  }
  return lines && sees(sql, at, "'") ? at + 1 : 0;
}

token token_at(std::string_view sql, std::size_t at, dialect of) noexcept {
  const bool is_postgres = of == dialect::postgres;
  const char c = sql[at];
  if (is_blank(c))
    return {kind::blank, sql.substr(at, behind_all(sql, at, is_blank) - at)};
  if (const auto comment = comment_at(sql, at, of); !comment.text.empty())
    return comment;
  if (is_letter(c))
    return is_postgres ? postgres::word(sql, at) : sqlite::word(sql, at);
  if (c == '"')
    return name(sql, at, at);
  if (c == '\'' && is_postgres)
    return postgres::text(sql, at, at);
  if (c == '\'')
    return {kind::text, sql.substr(at, behind_quote(sql, at + 1, c, false) - at)};
  if (is_digit(c) && is_postgres)
    return {kind::number, sql.substr(at, behind_number(sql, at) - at)};
  if (is_digit(c))
    return sqlite::number(sql, at);
  if (c == '$' && is_postgres)
    return postgres::dollar(sql, at);
  if (const auto found = is_postgres ? token{} : sqlite::other(sql, at); !found.text.empty())
    return found;
  return {kind::sign, sql.substr(at, 1)};
}

std::vector<token> tokens(std::string_view sql, dialect of) {
  std::vector<token> result;
  for (std::size_t at = 0; at < sql.size(); at += result.back().text.size())
    result.push_back(token_at(sql, at, of));
  return result;
}

} // namespace waymark::sql
