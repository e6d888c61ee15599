#pragma once

#include "node/program.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// What a command printed and returned, run in this process as the program runs it.
struct command_outcome {
  waymark::node::exit_status status;
  std::string out;
  std::string err;
};

inline command_outcome run_command(const std::vector<std::string>& arguments,
                                   const std::string& input = {},
                                   std::vector<waymark::spec_ptr> projections = {}) {
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  waymark::node::console terminal{in, out, err};
  waymark::node::program_context context{terminal, std::move(projections)};
  const auto status = waymark::node::run_program(arguments, context);
  return {status, out.str(), err.str()};
}
