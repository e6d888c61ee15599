#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::node {

/// What a stretch of SQL is, as far as placeholders care.
enum class sql_part : unsigned char { code, text, name, comment };

/// Follows SQL character by character and knows whether it stands in a quoted text, a quoted name
/// or a comment. Takes what SQLite and PostgreSQL write: '…' with '' inside, E'…' with
/// backslashes, "…", $tag$…$tag$, --…, and /*…*/, which nests. Pure.
class sql_lexer {
 public:
  explicit sql_lexer(std::string_view sql) noexcept : sql_{sql} {}

  /// What the character at `at` is part of. To be called with growing positions.
  [[nodiscard]] sql_part part_at(std::size_t at);

  /// Goes on at `at` as if what lies between were a name: a placeholder's text is no SQL.
  void skip_to(std::size_t at) noexcept { at_ = at; }

 private:
  void step();
  void open();
  [[nodiscard]] bool sees(std::string_view wanted) const noexcept;
  [[nodiscard]] bool after_name() const noexcept;
  [[nodiscard]] std::string_view dollar_tag() const noexcept;

  std::string_view sql_;
  std::size_t at_ = 0;
  sql_part part_ = sql_part::code;
  std::string_view closing_;
  bool backslashes_ = false;
  int comments_ = 0;
};

} // namespace waymark::node
