// Catch2 for the tests: versions 2 (Debian 12) and 3 (Debian 13) under the names of version 3.
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
#else
#  include <catch2/catch.hpp>

#  include <string>

namespace Catch::Matchers {

inline auto ContainsSubstring(const std::string& text,
                              CaseSensitive::Choice sensitive = CaseSensitive::Yes) {
  return Contains(text, sensitive);
}

} // namespace Catch::Matchers
#endif
