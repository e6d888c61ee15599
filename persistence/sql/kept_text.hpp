#pragma once

#include <string>
#include <string_view>

namespace waymark::sql {

/// Any bytes as a text that every database keeps as it is. A text that is UTF-8 without NUL stays
/// as people read it; another becomes U+0001, "hex:" and its bytes in hexadecimal digits, and so
/// does one that begins with U+0001, which no JSON does.
[[nodiscard]] std::string to_kept(std::string_view bytes);

/// What `to_kept` was given.
[[nodiscard]] std::string from_kept(std::string_view text);

} // namespace waymark::sql
