#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waymark::sql {

/// Whose SQL a text is.
enum class dialect : std::uint8_t { sqlite, postgres };

/// A piece of SQL as its database reads it.
struct token {
  enum class kind : std::uint8_t {
    blank,     ///< A run of spaces and line ends.
    comment,   ///< `-- …` with the end of its line, or `/*…*/`.
    word,      ///< A keyword, or a name without quotes.
    name,      ///< A name in quotes, with the U& before it.
    text,      ///< A literal in quotes or dollars, with the E, U&, B, X or N before it.
    parameter, ///< `$1`; in SQLite also `?1`, `:name`, `@name`, `#name` and `$name::more(…)`.
    number,
    sign ///< Any other character, each by itself.
  };
  kind what = kind::sign;
  std::string_view text;

  /// Whether it is this word, given in capitals.
  [[nodiscard]] bool is(std::string_view word) const noexcept;

  /// Whether it is this sign.
  [[nodiscard]] bool is(char sign) const noexcept {
    return what == kind::sign && text.front() == sign;
  }

  /// Whether it stands only between others: a blank or a comment.
  [[nodiscard]] bool separates() const noexcept {
    return what == kind::blank || what == kind::comment;
  }
};

/// The piece that begins at `at`, which must be less than the size of `sql` and the end of another
/// piece. Takes any bytes; what is opened and not closed goes on to the end. PostgreSQL is taken to
/// have standard_conforming_strings on, as waymark's sessions have.
[[nodiscard]] token token_at(std::string_view sql, std::size_t at, dialect of) noexcept;

/// All pieces, which together are the text.
[[nodiscard]] std::vector<token> tokens(std::string_view sql, dialect of);

/// Where a literal of PostgreSQL goes on whose quote was closed before `at`: behind the next quote,
/// if there is at least one line end before it and nothing but blanks and `--` comments; else 0.
[[nodiscard]] std::size_t continued_at(std::string_view sql, std::size_t at) noexcept;

} // namespace waymark::sql
