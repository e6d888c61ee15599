#pragma once

#include "persistence/sql/lexer.hpp"

#include <string>

namespace waymark::postgres {

/// What PostgreSQL takes a text or a quoted name for: without its quotes, tags and comments, two
/// quotes made one, escapes resolved. A character beyond ASCII that is written as an escape is
/// given as `?`. @param escape of U&, as a UESCAPE behind it may say.
[[nodiscard]] std::string meaning_of(const sql::token& quoted, char escape = '\\');

} // namespace waymark::postgres
