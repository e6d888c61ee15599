#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is refused of a handler's SQL whatever the database, in the same words.
namespace waymark::sql {

/// A statement as errors show it: in quotes, its first 300 bytes.
[[nodiscard]] std::string in_quotes(std::string_view sql);

/// @throws projection_error for a text with a NUL, behind which a database would read nothing.
void require_no_nul(std::string_view sql);

/// @throws projection_error if the statement takes another number of arguments than is given.
void require_arguments(std::size_t taken, std::size_t given, std::string_view sql);

/// @throws projection_error for a text without a statement.
[[noreturn]] void refuse_empty(std::string_view sql);

/// @throws projection_error for a text of several statements where one is expected.
[[noreturn]] void refuse_several(std::string_view sql);

} // namespace waymark::sql
