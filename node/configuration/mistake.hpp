#pragma once

#include <waymark/messages/error.hpp>

#include <string>
#include <vector>

namespace waymark::node {

/// Something wrong in a configuration.
struct configuration_mistake {
  std::string path; ///< JSON Pointer to it: "/projections/orders/retry/attempts"; empty: the file.
  std::string text; ///< What was expected and what is there, as a sentence's part.
};

/// "FILE: /projections/orders/on: expected …", a line each.
[[nodiscard]] std::string describe(const std::string& file,
                                   const std::vector<configuration_mistake>& mistakes);

/// A configuration that can't be used. The text lists every mistake, a line each.
class configuration_error : public usage_error {
 public:
  configuration_error(const std::string& file, std::vector<configuration_mistake> mistakes);

  [[nodiscard]] const std::vector<configuration_mistake>& mistakes() const noexcept {
    return mistakes_;
  }

 private:
  std::vector<configuration_mistake> mistakes_;
};

} // namespace waymark::node
