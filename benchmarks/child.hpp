#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What only a process of its own can measure: `kind` on the log in `file`.
/// @throws std::runtime_error if the child fails.
[[nodiscard]] double measure_in_child(const std::string& kind, const std::string& file,
                                      double seconds);

/// Has a process append events to the log at an address, 10 ms apart; returns when each was
/// acknowledged, by the steady clock in ns. @throws std::runtime_error.
[[nodiscard]] std::vector<std::int64_t> append_in_child(const std::string& address,
                                                        std::int64_t events);

/// In the child: measures, prints what came of it. Nothing if these are no child's arguments.
[[nodiscard]] std::optional<int> run_as_child(int count, char** arguments);

} // namespace bench
