#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark {

/// How many bytes the character at the front of `text` takes, or 0 if there is none that UTF-8 has.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

/// Whether `text` is UTF-8 as Unicode defines it: no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// `text` fit for a message: at most about `max_bytes`, with `?` for whatever is not UTF-8 or is a
/// control character.
[[nodiscard]] std::string readable(std::string_view text, std::size_t max_bytes = 200);

/// `text` as a line or a sentence has it: control characters in a row, such as the newlines in what
/// a database says, become one space.
[[nodiscard]] std::string on_one_line(std::string_view text);

} // namespace waymark
