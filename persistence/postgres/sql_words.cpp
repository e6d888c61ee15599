#include "persistence/postgres/sql_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace waymark::postgres {

namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// A name may have digits and dollars behind its first letter.
bool may_go_on(char c) noexcept {
  return is_digit(c) || c == '$';
}

/// Behind the next `end` from `at` on, or the end of the text.
std::size_t behind(std::string_view sql, std::string_view end, std::size_t at) noexcept {
  const auto found = sql.find(end, at);
  return found == std::string_view::npos ? sql.size() : found + end.size();
}

std::size_t behind_comment(std::string_view sql, std::size_t at) noexcept {
  int depth = 0;
  do {
    if (sql.substr(at, 2) == "/*") {
      ++depth;
      at += 2;
    } else if (sql.substr(at, 2) == "*/") {
      --depth;
      at += 2;
    } else {
      ++at;
    }
  } while (depth > 0 && at < sql.size());
  return std::min(at, sql.size());
}

/// A doubled quote simply begins another text.
std::size_t behind_quotes(std::string_view sql, std::size_t at, bool escapes) noexcept {
  const char quote = sql[at++];
  while (at < sql.size() && sql[at] != quote)
    at += escapes && sql[at] == '\\' ? 2u : 1u;
  return std::min(at + 1, sql.size());
}

/// `at` is at a `$`: a parameter, or a tag and all up to the same tag.
std::size_t behind_dollar(std::string_view sql, std::size_t at) noexcept {
  auto end = at + 1;
  while (end < sql.size() && (is_letter(sql[end]) || (end > at + 1 && is_digit(sql[end]))))
    ++end;
  if (end >= sql.size() || sql[end] != '$')
    return at + 1;
  return behind(sql, sql.substr(at, end + 1 - at), end + 1);
}

/// Behind a comment or blank at `at`, or `at` if there is none.
std::size_t behind_blank(std::string_view sql, std::size_t at) noexcept {
  if (sql.substr(at, 2) == "--")
    return behind(sql, "\n", at);
  if (sql.substr(at, 2) == "/*")
    return behind_comment(sql, at);
  return std::string_view{" \t\n\r\f\v"}.find(sql[at]) != std::string_view::npos ? at + 1 : at;
}

} // namespace

std::vector<std::string> first_words(std::string_view sql) {
  std::vector<std::string> result;
  bool inside = false; // a statement
  for (std::size_t at = 0; at < sql.size();) {
    if (const auto next = behind_blank(sql, at); next != at) {
      at = next;
      continue;
    }
    if (sql[at] == ';') {
      inside = false;
      ++at;
      continue;
    }
    const auto word_begin = at;
    while (at < sql.size() && (is_letter(sql[at]) || (at > word_begin && may_go_on(sql[at]))))
      ++at;
    const auto word = sql.substr(word_begin, at - word_begin);
    if (!inside) {
      result.emplace_back(word);
      for (auto& c : result.back())
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    inside = true;
    if (at >= sql.size() || (!word.empty() && sql[at] != '\''))
      continue;
    if (sql[at] == '\'' || sql[at] == '"')
      at = behind_quotes(sql, at, word == "E" || word == "e");
    else if (sql[at] == '$')
      at = behind_dollar(sql, at);
    else
      ++at;
  }
  return result;
}

bool sql_token::is(std::string_view word) const noexcept {
  const auto same = [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  };
  return what == kind::word && std::equal(text.begin(), text.end(), word.begin(), word.end(), same);
}

std::vector<sql_token> sql_tokens(std::string_view sql) {
  using kind = sql_token::kind;
  std::vector<sql_token> result;
  for (std::size_t at = 0, end = 0; at < sql.size(); at = end) {
    auto what = kind::blank;
    end = behind_blank(sql, at);
    if (end == at && (sql[at] == '\'' || sql[at] == '"')) {
      const bool escapes = !result.empty() && result.back().is("E");
      what = kind::quoted;
      end = behind_quotes(sql, at, escapes);
    } else if (end == at && sql[at] == '$') {
      end = behind_dollar(sql, at);
      what = kind::quoted;
      if (end == at + 1) {
        while (end < sql.size() && is_digit(sql[end]))
          ++end;
        what = end == at + 1 ? kind::sign : kind::parameter;
      }
    } else if (end == at && is_letter(sql[at])) {
      what = kind::word;
      while (end < sql.size() && (is_letter(sql[end]) || may_go_on(sql[end])))
        ++end;
    } else if (end == at) {
      what = kind::sign;
      ++end;
    }
    result.push_back({what, sql.substr(at, end - at)});
  }
  return result;
}

bool is_forbidden(std::string_view word) noexcept {
  static constexpr std::array words{"BEGIN",   "START",     "COMMIT",   "END",     "ROLLBACK",
                                    "ABORT",   "SAVEPOINT", "RELEASE",  "PREPARE", "DEALLOCATE",
                                    "DISCARD", "LISTEN",    "UNLISTEN", "COPY",    "SET",
                                    "RESET",   "LOAD"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace waymark::postgres
