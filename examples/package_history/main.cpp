// The files in the order of reading: events.hpp (what can happen), line.hpp (a line as an event),
// line_event.hpp (its stream and its id), import.hpp (the log into the store), projections.hpp (the
// store into tables), run.hpp (all of it under an engine), report.hpp and comparison.hpp.
#include "options.hpp"
#include "run.hpp"

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

int run(const std::vector<std::string>& arguments) {
  const auto wanted = history::parse_options(arguments);
  if (wanted.help) {
    std::cout << history::help_text();
    return 0;
  }
  return history::run(wanted);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const int status = run({argv + 1, argv + argc});
    return std::cout.flush() ? status : 1;
  } catch (const history::bad_usage& e) {
    std::cerr << "package_history: " << e.what() << '\n';
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "package_history: " << e.what() << '\n';
    return 1;
  }
}
