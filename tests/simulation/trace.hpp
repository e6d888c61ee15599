#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace waymark::sim {

/// What happened in a run: the last lines, a hash over all of them, and the first broken promise.
class trace {
 public:
  void say(std::string line);
  /// Notes that a guarantee is broken; only the first one counts.
  void broken(std::string problem);

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] std::int64_t steps() const noexcept { return lines_; }
  [[nodiscard]] const std::optional<std::string>& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string tail() const;

 private:
  static constexpr std::size_t kept = 60;
  std::deque<std::string> last_;
  std::uint64_t hash_ = 14695981039346656037u;
  std::int64_t lines_ = 0;
  std::optional<std::string> problem_;
};

} // namespace waymark::sim
