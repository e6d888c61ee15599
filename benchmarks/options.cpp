#include "benchmarks/options.hpp"

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace bench {

namespace {

constexpr const char* usage =
    "usage: waymark-bench [--json FILE] [--only PATTERN] [--runs N] [--events N]\n"
    "\n"
    "Measures waymark against hand-written floors, in alternating runs, a row at a time.\n"
    "\n"
    "  --json FILE     also writes the rows to FILE, as an array of objects\n"
    "  --only PATTERN  measures only the rows whose name contains PATTERN\n"
    "  --runs N        takes N pairs of runs for each row (5; the ratio is their median, so fewer\n"
    "                  are for a look and no measurement)\n"
    "  --events N      takes N events (100000), and ten times as many where a log is to be long;\n"
    "                  the targets are meant for the default\n";

std::int64_t number(std::string_view option, std::string_view text, std::int64_t least) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < least || value > 100'000'000)
    throw std::invalid_argument{std::string{option} + " takes a number from " +
                                std::to_string(least) + " on, not \"" + std::string{text} + "\""};
  return value;
}

} // namespace

std::optional<options> options_from(int count, char** arguments) {
  options result;
  for (int i = 1; i < count; ++i) {
    const std::string_view option{arguments[i]};
    if (option == "--help" || option == "-h") {
      std::fputs(usage, stdout);
      return std::nullopt;
    }
    if (option != "--json" && option != "--only" && option != "--runs" && option != "--events")
      throw std::invalid_argument{"there is no option \"" + std::string{option} + "\"; see --help"};
    if (++i == count)
      throw std::invalid_argument{std::string{option} + " takes a value; see --help"};
    const std::string_view value{arguments[i]};
    if (option == "--json")
      result.json = value;
    else if (option == "--only")
      result.only = value;
    else if (option == "--runs")
      result.runs = static_cast<int>(number(option, value, 1));
    else
      result.events = number(option, value, 100);
  }
  return result;
}

} // namespace bench
