#include "persistence/postgres/sql_words.hpp"

#include "persistence/sql/lexer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace waymark::postgres {

namespace {

/// Follows one statement as to whether it stands in the body of a routine, BEGIN ATOMIC …; END,
/// whose semicolons do not end it. Nothing but a body makes these two words stand together there
/// outside of brackets, and END begins no statement of it: so it is open exactly where the server
/// takes it to be.
class routine_body {
 public:
  [[nodiscard]] bool is_open() const noexcept { return open_; }

  void take(const sql::token& next) noexcept {
    if (open_) {
      open_ = !(between_statements_ && next.is("END"));
      between_statements_ = next.is(';');
      return;
    }
    head_ = after(head_, next);
    depth_ += next.is('(') ? 1 : next.is(')') ? -1 : 0;
    open_ = between_statements_ =
        head_ == head::routine && depth_ == 0 && after_begin_ && next.is("ATOMIC");
    after_begin_ = next.is("BEGIN");
  }

 private:
  enum class head : std::uint8_t { none, create, create_or, create_or_replace, routine, other };

  static head after(head before, const sql::token& next) noexcept {
    const bool names_routine = next.is("FUNCTION") || next.is("PROCEDURE");
    switch (before) {
    case head::none:
      return next.is("CREATE") ? head::create : head::other;
    case head::create:
      return names_routine ? head::routine : next.is("OR") ? head::create_or : head::other;
    case head::create_or:
      return next.is("REPLACE") ? head::create_or_replace : head::other;
    case head::create_or_replace:
      return names_routine ? head::routine : head::other;
    case head::routine:
    case head::other:
      break;
    }
    return before;
  }

  head head_ = head::none;
  int depth_ = 0;
  bool after_begin_ = false;
  bool open_ = false;
  bool between_statements_ = false;
};

} // namespace

std::vector<std::string> first_words(std::string_view sql) {
  std::vector<std::string> result;
  bool inside = false; // a statement
  routine_body body;
  for (std::size_t at = 0; at < sql.size();) {
    const auto token = sql::token_at(sql, at, sql::dialect::postgres);
    at += token.text.size();
    if (token.separates())
      continue;
    const bool begins = !inside && !token.is(';');
    if (begins)
      body = {};
    body.take(token);
    inside = body.is_open() || !token.is(';');
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
