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

  [[nodiscard]] bool is_whole() const noexcept { return steps_.empty(); }

  /// The value it points to in a document, or null if there is none.
  [[nodiscard]] const nlohmann::json* find(const nlohmann::json& document) const;

  /// The same in the document's text, as it is written there, so that a number keeps every digit.
  /// @param text JSON in which `find` finds something.
  [[nodiscard]] std::string_view find_text(std::string_view text) const;

 private:
  std::vector<std::string> steps_;
};

} // namespace waymark::node
