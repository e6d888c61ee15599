#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// The first word of each statement in `sql`, in capitals; "" for one that begins with another
/// thing than a word.
[[nodiscard]] std::vector<std::string> first_words(std::string_view sql);

/// Whether a statement that begins with `word` would end or nest the transaction, or leave
/// something behind on the session.
[[nodiscard]] bool is_forbidden(std::string_view word) noexcept;

} // namespace waymark::postgres
