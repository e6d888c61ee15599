#pragma once

#include <string>
#include <string_view>

namespace waymark {

/// Whether `text` is UTF-8 as Unicode defines it: no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// `text` fit for a message: at most about `max_bytes`, with `?` for whatever is not UTF-8 or is a
/// control character.
[[nodiscard]] std::string readable(std::string_view text, std::size_t max_bytes = 200);

} // namespace waymark
