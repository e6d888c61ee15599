#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace waymark::node {

/// The positional arguments [FILE] [NAME] of a command about one projection.
struct target {
  std::vector<std::string> words;
  std::string file = "waymark.json";
  std::string name; ///< Empty if none was given.
};

/// Adds them. `of` must outlive the parsing.
void add_target(CLI::App& command, target& of, bool name_required);

/// Tells which word is which: a word that stands alone is NAME if that is required; else it is FILE
/// if it ends in ".json" or there is such a file. @throws usage_error if a name is missing.
void resolve(target& of, bool name_required);

} // namespace waymark::node
