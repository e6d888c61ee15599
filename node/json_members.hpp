#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// A member of a JSON object as it stands in the text.
struct json_member {
  std::string name;       ///< Without quotes and escapes.
  std::string_view key;   ///< The name as it is written, in quotes.
  std::string_view value; ///< The value as it is written, without blanks around it.
};

/// The members of the object that `text` is, in their order; the views point into `text`. Nothing
/// is built or changed, so that big numbers keep every digit. Pure.
/// @param text one JSON object: somebody has made sure of that (`find_json_mistake`).
[[nodiscard]] std::vector<json_member> json_members(std::string_view text);

/// The elements of the array that `text` is, as they are written. The same holds for them.
[[nodiscard]] std::vector<std::string_view> json_elements(std::string_view text);

/// The text of a value that is a JSON string, which starts with a quote.
[[nodiscard]] std::string json_string_text(std::string_view value);

/// Adds `text` to `out` as a JSON string, with what is not UTF-8 replaced.
void append_json_string(std::string& out, std::string_view text);

} // namespace waymark::node
