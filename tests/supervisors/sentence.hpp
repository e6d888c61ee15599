#pragma once

#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <string>
#include <string_view>

namespace waymark::test {

/// Whether `text` is `pattern`, where `*` stands for anything.
inline bool is_like(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return text == pattern;
  if (text.substr(0, star) != pattern.substr(0, star))
    return false;
  const auto rest = pattern.substr(star + 1);
  for (auto at = star; at <= text.size(); ++at)
    if (is_like(text.substr(at), rest))
      return true;
  return false;
}

/// Whether the engine comes to explain a projection like `pattern`.
inline bool explains(const engine& it, const std::string& name, const std::string& pattern) {
  const bool found = eventually([&] { return is_like(it.explain(name), pattern); }, 20s);
  if (!found)
    WARN(it.explain(name));
  return found;
}

} // namespace waymark::test
