#pragma once

#include "node/configuration/mistake.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// A configuration as JSON in the order of its file.
using ordered_json = nlohmann::ordered_json;

/// A parsed file, before anything is known about its meaning.
struct document {
  ordered_json json;
  std::set<std::string> from_environment; ///< Paths of texts that are not to be shown.
  std::vector<configuration_mistake> mistakes;
  std::vector<configuration_mistake> unset; ///< Variables of the environment that are not set.
};

/// Parses JSON with comments and puts environment variables in: `${NAME}` in any text (not in the
/// names of members), `$${` for `${` itself. Mistakes: a syntax error with line and column, a
/// member that stands twice in one object, more than 64 levels. Takes any bytes.
[[nodiscard]] document parse_document(std::string_view text);

/// A member's place below `path`, as JSON Pointer.
[[nodiscard]] std::string path_to(const std::string& path, std::string_view member);
[[nodiscard]] std::string path_to(const std::string& path, std::size_t index);

} // namespace waymark::node
