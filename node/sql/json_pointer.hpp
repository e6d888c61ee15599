#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// A JSON Pointer (RFC 6901), taken apart once.
class json_pointer {
 public:
  /// The whole document.
  json_pointer() = default;

  /// "/a/0/b~1c"; nothing if it is not empty and does not begin with "/", or if a "~" is followed
  /// by anything but 0 or 1.
  [[nodiscard]] static std::optional<json_pointer> parse(std::string_view text);

  /// The value it points to in a document, or null if there is none.
  [[nodiscard]] const nlohmann::json* find(const nlohmann::json& document) const;

 private:
  std::vector<std::string> steps_;
};

} // namespace waymark::node
