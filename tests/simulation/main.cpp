// Runs the simulation: see usage().
#include "tests/simulation/simulation.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace waymark::sim;

void usage() {
  std::cout
      << "usage: simulation [--seeds N] [--part I/N] [--seed S [--mutant NAME]]\n"
         "       simulation --repeats | --covers | --mutants\n\n"
         "  --seeds N    so many seeds; else what WAYMARK_SIM_SEEDS says, or 10000\n"
         "  --part I/N   only every N-th of them, from I on (0 is the first)\n"
         "  --seed S     this one alone, with its trace\n"
         "  --repeats    runs some seeds twice, which must give the same run\n"
         "  --covers     runs some seeds, over which everything must happen that may\n"
         "  --mutants    runs stores that are broken on purpose, each of which must be found\n";
}

void print(const report& found) {
  std::cout << "seed " << found.seed << ", " << found.steps << " steps, trace hash " << std::hex
            << found.hash << std::dec << "\n"
            << found.trace << (found.problem ? "BROKEN " + *found.problem : "all promises kept")
            << "\nrepeat it with --seed " << found.seed << std::endl;
}

int run_seeds(std::uint64_t count, std::uint64_t first, std::uint64_t stride) {
  std::int64_t steps = 0;
  std::uint64_t runs = 0;
  int failed = 0;
  for (auto seed = first; seed < count; seed += stride, ++runs) {
    const auto found = simulate(seed);
    steps += found.steps;
    if (!found.problem)
      continue;
    print(found);
    if (++failed == 3)
      break;
  }
  std::cout << runs << " seeds, " << steps << " steps, " << failed << " failed" << std::endl;
  return failed == 0 ? 0 : 1;
}

int run_twice() {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto first = simulate(seed);
    const auto second = simulate(seed);
    if (first.hash != second.hash || first.steps != second.steps) {
      print(first);
      print(second);
      std::cout << "seed " << seed << " gave two different runs" << std::endl;
      return 1;
    }
  }
  std::cout << "50 seeds gave the same run again" << std::endl;
  return 0;
}

int run_for_coverage() {
  tally seen;
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    seen.add(simulate(seed).seen);
  const auto missing = seen.missing();
  std::cout << seen.table();
  for (const auto& each : missing)
    std::cout << "NEVER: " << each << "\n";
  std::cout << missing.size() << " kinds of things never happened" << std::endl;
  return missing.empty() ? 0 : 1;
}

int run_mutants() {
  constexpr std::uint64_t most = 1000;
  int survivors = 0;
  for (auto i = 1; i <= static_cast<int>(last_mutant); ++i) {
    const auto which = static_cast<mutant>(i);
    std::uint64_t seed = 0;
    report found;
    for (; seed < most && !found.problem; ++seed)
      found = simulate(seed, which);
    std::cout << to_string(which)
              << (found.problem
                      ? ": found after " + std::to_string(seed) + " seeds, " + *found.problem
                      : ": NOT FOUND")
              << std::endl;
    survivors += !found.problem;
  }
  return survivors == 0 ? 0 : 1;
}

mutant mutant_named(std::string_view name) {
  for (auto i = 1; i <= static_cast<int>(last_mutant); ++i)
    if (to_string(static_cast<mutant>(i)) == name)
      return static_cast<mutant>(i);
  return mutant::none;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const char* wanted = std::getenv("WAYMARK_SIM_SEEDS");
  std::uint64_t seeds = wanted && *wanted ? std::stoull(wanted) : 10'000;
  std::uint64_t part = 0;
  std::uint64_t parts = 1;
  std::optional<std::uint64_t> only;
  auto which = mutant::none;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const auto value = [&] { return i + 1 < args.size() ? args[++i] : std::string{"0"}; };
    if (args[i] == "--repeats")
      return run_twice();
    if (args[i] == "--covers")
      return run_for_coverage();
    if (args[i] == "--mutants")
      return run_mutants();
    if (args[i] == "--seeds") {
      seeds = std::stoull(value());
    } else if (args[i] == "--part") {
      const auto text = value();
      part = std::stoull(text);
      parts = std::stoull(text.substr(text.find('/') + 1));
    } else if (args[i] == "--seed") {
      only = std::stoull(value());
    } else if (args[i] == "--mutant") {
      which = mutant_named(value());
    } else {
      usage();
      return args[i] == "--help" ? 0 : 2;
    }
  }
  if (!only)
    return run_seeds(seeds, part, parts);
  const auto found = simulate(*only, which);
  print(found);
  return found.problem ? 1 : 0;
}
