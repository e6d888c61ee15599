#include <waymark/testing/check_replay.hpp>

#include <algorithm>

namespace waymark::testing {

std::string replay_report::text() const {
  constexpr std::size_t shown = 5;
  auto text = std::to_string(differences.size()) + " of " + std::to_string(runs) +
              " replays differ from the plain one (seed " + std::to_string(seed) + ")\n";
  for (std::size_t i = 0; i < std::min(shown, differences.size()); ++i) {
    const auto& d = differences[i];
    text += d.how + "\n  expected  " + (d.expected.empty() ? "no such line" : d.expected) +
            "\n  found     " + (d.found.empty() ? "no such line" : d.found) + "\n";
  }
  if (differences.size() > shown)
    text += "and " + std::to_string(differences.size() - shown) + " more\n";
  return text;
}

} // namespace waymark::testing
