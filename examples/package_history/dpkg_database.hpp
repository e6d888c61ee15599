#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace history {

/// A package in one architecture, and the state it is in.
struct package_state {
  std::string name;
  std::string architecture; ///< Empty if the log does not say it.
  std::string state;
  std::string version;
};

/// All that dpkg's own database has. Runs `dpkg-query`, as found by PATH.
/// @throws std::runtime_error if it can't be run or fails.
[[nodiscard]] std::vector<package_state> dpkg_database();

/// Reads what `dpkg-query` answers: a line of four columns, with tabs between, for each package.
/// Pure. @throws std::runtime_error for a line that has not four columns.
[[nodiscard]] std::vector<package_state> parse_dpkg_query(std::string_view output);

} // namespace history
