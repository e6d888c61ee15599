#pragma once

#include <waymark/actors/projection_spec.hpp>

#include "node/console.hpp"
#include "node/exit_status.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace waymark::node {

/// What a command is given beside its own options.
struct program_context {
  console& terminal;
  std::vector<spec_ptr> projections{}; ///< Written in C++; beside those of the configuration.
};

/// The names of projections written in C++.
[[nodiscard]] inline std::vector<std::string>
names_of(const std::vector<spec_ptr>& projections) {
  std::vector<std::string> names;
  for (const auto& each : projections)
    names.push_back(each->name);
  return names;
}

/// A command of the program, registered. Each stands in a file pair of its own in commands/, whose
/// function adds a subcommand with its options and examples to the program and returns what runs
/// it; the list is commands/list.cpp.
struct command {
  CLI::App* parsed = nullptr; ///< Tells whether the user gave this one.
  /// Called at most once, after parsing. May throw: see `nobody_there`.
  std::function<exit_status(program_context&)> run;
};

using register_command = command (*)(CLI::App& program);

} // namespace waymark::node
