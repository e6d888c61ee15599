#pragma once
#include <string_view>

namespace waymark {

/// The version of the library that the program runs with, as "major.minor.patch".
[[nodiscard]] std::string_view version() noexcept;

} // namespace waymark
