#include "examples/simulated_restart/options.hpp"

#include <charconv>
#include <random>
#include <stdexcept>
#include <string_view>

namespace restart {

const char* const usage = R"(usage: simulated_restart [--kills N] [--seed N] [--shards N]

Starts a program that appends to a log in SQLite and projects it, kills it with SIGKILL at random
moments, starts it again, and proves at the end that nothing was lost and nothing counted twice.

  --kills N    how often it is killed (50)
  --seed N     decides the moments (random, and printed)
  --shards N   shards of each projection, 1 to 64 (1)
  --program F  what is started: another build of this program (this one)

The exit status is 0 if everything is proved, 1 if not, 2 for a wrong command line.
)";

namespace {

template <class T>
T number(std::string_view name, std::string_view text, T min, T max) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max)
    throw std::invalid_argument{std::string{name} + " needs a number from " + std::to_string(min) +
                                " to " + std::to_string(max) + ", not '" + std::string{text} + "'"};
  return value;
}

} // namespace

options parse(int argc, char** argv) {
  options found;
  found.seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help" || name == "-h") {
      found.help = true;
      continue;
    }
    const std::string_view value = i + 1 < argc ? argv[++i] : "";
    if (name == "--kills")
      found.kills = number(name, value, 0, 1'000'000);
    else if (name == "--seed")
      found.seed = number<std::uint64_t>(name, value, 0, UINT64_MAX);
    else if (name == "--shards")
      found.shards = number(name, value, 1, 64);
    else if (name == "--program")
      found.program = value;
    else if (name == "--child")
      found.child = value;
    else
      throw std::invalid_argument{"unknown option " + std::string{name}};
  }
  return found;
}

} // namespace restart
