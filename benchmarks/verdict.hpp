#pragma once

#include "benchmarks/row.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What the pairs of a row came to: medians, except where said.
struct verdict {
  std::string name;
  std::string unit;
  row::goal what = row::goal::at_least;
  double target = 0;
  double value = 0;
  std::optional<double> floor{};
  std::optional<double> ratio{}; ///< The median of the pairs' ratios, not the ratio of medians.
  double spread =
      0; ///< (greatest - least) / median of the ratios, or of the values without a floor.
  bool met = false; ///< By the ratio wherever there is one.
  sample details{}; ///< Of our side: CPU, peak, p50, p99.
};

/// Decides from at least one run of ours, and as many of the floor or none.
[[nodiscard]] verdict judge(const row& of, const std::vector<sample>& ours,
                            const std::vector<sample>& floors);

/// One aligned table, with a line for each verdict.
void print_table(const std::vector<verdict>& verdicts);

/// An array with an object for each verdict.
[[nodiscard]] std::string to_json(const std::vector<verdict>& verdicts);

} // namespace bench
