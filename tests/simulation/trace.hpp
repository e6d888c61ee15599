#pragma once

#include "tests/simulation/tally.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::sim {

/// What happened in a run: the last lines, a hash over all of them, and the first broken promise.
class trace {
 public:
  void say(std::string line);
  /// Notes that a guarantee is broken; only the first one counts.
  void broken(std::string problem);
  /// Counts what happened; see tally.
  void saw(std::string_view kind, std::string_view what) { seen_.count(kind, what); }

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return lines_; }
  [[nodiscard]] const std::optional<std::string>& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string tail() const;
  [[nodiscard]] const tally& seen() const noexcept { return seen_; }

 private:
  static constexpr std::size_t kept = 60;
  std::deque<std::string> last_;
  std::uint64_t hash_ = 14695981039346656037u;
  std::int64_t lines_ = 0;
  tally seen_;
  std::optional<std::string> problem_;
};

} // namespace waymark::sim
