#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::sim {

/// How often each kind of thing happened, over one run or many: what never happens proves nothing.
class tally {
 public:
  /// One more of a kind, e.g. "move" "crash".
  void count(std::string_view kind, std::string_view what);
  void add(const tally& other);

  /// What should happen in some run, and was not counted; and faults at places that nobody knows.
  [[nodiscard]] std::vector<std::string> missing() const;
  /// All of it, a line for each.
  [[nodiscard]] std::string table() const;

 private:
  using counts = std::map<std::string, std::int64_t, std::less<>>;
  std::map<std::string, counts, std::less<>> kinds_;
};

} // namespace waymark::sim
