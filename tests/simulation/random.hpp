#pragma once

#include <cstddef>
#include <cstdint>

namespace waymark::sim {

/// Numbers that follow from a seed alone, on every machine and with every library (SplitMix64).
class rng {
 public:
  explicit rng(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// In [0, n).
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  std::size_t index(std::size_t size) { return static_cast<std::size_t>(next() % size); }
  /// In [low, high].
  int between(int low, int high) { return low + below(high - low + 1); }
  bool one_in(int n) { return below(n) == 0; }
  bool per_mille(int n) { return below(1000) < n; }
  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }

  template <class T, std::size_t N>
  const T& pick(const T (&from)[N]) {
    return from[index(N)];
  }

 private:
  std::uint64_t state_;
};

} // namespace waymark::sim
