#include "node/configuration/mistake.hpp"

#include <utility>

namespace waymark::node {

std::string describe(const std::string& file, const std::vector<configuration_mistake>& mistakes) {
  std::string result;
  for (const auto& [path, text] : mistakes) {
    if (!result.empty())
      result += '\n';
    result += file + ": " + (path.empty() ? "" : path + ": ") + text;
  }
  return result;
}

configuration_error::configuration_error(const std::string& file,
                                         std::vector<configuration_mistake> mistakes)
    : usage_error{describe(file, mistakes)}, mistakes_{std::move(mistakes)} {
}

} // namespace waymark::node
