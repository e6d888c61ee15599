#pragma once

#include <string>

namespace waymark::node {

/// Who runs this command, for what is shown and recorded of it: "anna@db7".
[[nodiscard]] std::string operator_name();

} // namespace waymark::node
