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
  bool met = false; ///< By the ratio wherever there is one; true where there is no target.
  sample details{}; ///< Of our side: CPU, peak, p50, p99.
};

/// Decides from at least one run of ours, and as many of the floor or none.
[[nodiscard]] verdict judge(const row& of, const std::vector<sample>& ours,
                            const std::vector<sample>& floors);

/// An aligned table that is printed as it grows, for its rows take minutes.
class table {
 public:
  /// Prints the headings; `name_width` is the length of the longest name to come.
  explicit table(int name_width);
  void add(const verdict& v) const;

 private:
  int name_width_;
};

/// An array with an object for each verdict.
[[nodiscard]] std::string to_json(const std::vector<verdict>& verdicts);

} // namespace bench
