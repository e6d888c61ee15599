#pragma once

#include "benchmarks/sample.hpp"
#include "benchmarks/setting.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// The two sides of a row.
struct contest {
  std::function<sample()> ours;
  std::function<sample()> floor; ///< Empty if the target is a plain number.
};

/// A line of the table, and the way to measure it.
struct row {
  enum class goal { at_least_of_floor, at_least, at_most, for_the_record };

  std::string name;
  std::string unit;
  goal what = goal::at_least_of_floor;
  double target = 0; ///< A share of the floor, or a number in `unit`.
  std::function<contest(setting&)> prepare;
};

/// All rows, in the order of the table.
[[nodiscard]] std::vector<row> all_rows();

// The rows of each file.
[[nodiscard]] std::vector<row> sqlite_catch_up_rows();
[[nodiscard]] std::vector<row> memory_catch_up_rows();
[[nodiscard]] std::vector<row> append_rows();
[[nodiscard]] std::vector<row> engine_rows();
[[nodiscard]] std::vector<row> parked_rows();
[[nodiscard]] std::vector<row> failure_rows();
[[nodiscard]] std::vector<row> postgres_append_rows();
[[nodiscard]] std::vector<row> postgres_catch_up_rows();
[[nodiscard]] std::vector<row> postgres_live_rows();
[[nodiscard]] std::vector<row> node_append_rows();
[[nodiscard]] std::vector<row> node_rows();

} // namespace bench
