#pragma once

#include <waymark/waymark.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace restart {

/// An append that the child said was acknowledged.
struct acknowledgement {
  waymark::position_t position = 0;
  std::string account;
  std::int64_t version = 0;
};

/// One thing that must be so.
struct finding {
  std::string what;
  bool holds = true;
  std::string detail; ///< How many, or what is wrong.
};

/// Compares log and read models with each other and with what was acknowledged. The projections
/// must have caught up.
[[nodiscard]] std::vector<finding>
prove(const waymark::store& where, const std::vector<acknowledgement>& acknowledged, int shards);

} // namespace restart
