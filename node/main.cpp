#include <waymark/node/main.hpp>

#include "node/console.hpp"
#include "node/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <utility>

namespace waymark {

namespace {

/// A standard stream that the caller has closed would be the first file that is opened, and what is
/// meant for a terminal would be written there.
void open_standard_streams() noexcept {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0)
      ::open("/dev/null", O_RDWR); // takes the lowest number that is free
}

} // namespace

int main(int argc, const char* const* argv, std::vector<spec_ptr> projections) {
  open_standard_streams();
  const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
  node::console terminal{std::cin, std::cout, std::cerr};
  node::program_context context{terminal, std::move(projections)};
  return static_cast<int>(node::run_program(arguments, context));
}

} // namespace waymark
