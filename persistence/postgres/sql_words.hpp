#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// The first word of each statement in `sql`, in capitals. Knows PostgreSQL's comments, quotes and
/// dollar quotes; a statement that does not begin with a letter has the word "".
[[nodiscard]] std::vector<std::string> first_words(std::string_view sql);

/// A piece of SQL. Comments and blanks are `blank`, a parameter is `$n`, other signs stand alone.
struct sql_token {
  enum class kind : std::uint8_t { blank, word, quoted, parameter, sign };
  kind what = kind::sign;
  std::string_view text;

  /// Whether it is this word, given in capitals.
  [[nodiscard]] bool is(std::string_view word) const noexcept;
};
[[nodiscard]] std::vector<sql_token> sql_tokens(std::string_view sql);

/// Whether a statement that begins with `word` would end or nest the transaction, or leave
/// something behind on the session.
[[nodiscard]] bool is_forbidden(std::string_view word) noexcept;

} // namespace waymark::postgres
