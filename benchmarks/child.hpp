#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// What only a process of its own can measure: `kind` on the log in `file`.
/// @throws std::runtime_error if the child fails.
[[nodiscard]] double measure_in_child(const std::string& kind, const std::string& file,
                                      double seconds);

/// In the child: measures, prints the number. Nothing if these are no child's arguments.
[[nodiscard]] std::optional<int> run_as_child(int count, char** arguments);

} // namespace bench
