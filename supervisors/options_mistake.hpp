#pragma once

#include <waymark/supervisors/engine_options.hpp>

#include <optional>
#include <string>

namespace waymark {

/// Says which of the options can't work, by its name, or nothing. The supervision tree is looked at
/// apart.
[[nodiscard]] std::optional<std::string> find_mistake(const engine_options& options);

} // namespace waymark
