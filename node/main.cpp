#include <waymark/node/main.hpp>

#include "node/console.hpp"
#include "node/program.hpp"

#include <iostream>
#include <string>
#include <utility>

namespace waymark {

int main(int argc, const char* const* argv, std::vector<spec_ptr> projections) {
  const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
  node::console terminal{std::cin, std::cout, std::cerr};
  node::program_context context{terminal, std::move(projections)};
  return static_cast<int>(node::run_program(arguments, context));
}

} // namespace waymark
