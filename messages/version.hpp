#pragma once
#include <string_view>

/// The version of the headers that a program is compiled with, for `#if`: major * 1'000'000 +
/// minor * 1'000 + patch.
#define WAYMARK_VERSION_NUMBER 1000

namespace waymark {

/// The version of the library that the program runs with, as "major.minor.patch".
[[nodiscard]] std::string_view version() noexcept;

} // namespace waymark
