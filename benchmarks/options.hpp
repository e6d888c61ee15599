#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

inline constexpr int least_runs = 5; ///< Of which a median says something.

struct options {
  std::string json;              ///< File for the rows as JSON; empty: none.
  std::string only;              ///< Part of the names of the rows to measure; empty: all.
  int runs = least_runs;         ///< Pairs of runs for each row.
  std::int64_t events = 100'000; ///< The other sizes follow it; fewer only for a quick look.
};

/// Nothing if the help was asked for and has been printed.
/// @throws std::invalid_argument that says what is wrong with the arguments.
[[nodiscard]] std::optional<options> options_from(int count, char** arguments);

} // namespace bench
