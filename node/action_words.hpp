#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace waymark::node {

/// The positional arguments [FILE] ACTION [MORE...] of a command that can do several things.
struct action_words {
  std::vector<std::string> words;
  std::string file = "waymark.json";
  std::string action;
  std::vector<std::string> more;
};

/// Adds them; `usage` shows what may stand there, a line for each shape. `of` must outlive the
/// parsing.
void add_action(CLI::App& command, action_words& of, const std::string& usage);

/// Tells which word is which: the first one that is none of `actions` is FILE.
/// @throws usage_error if no action follows.
void resolve(action_words& of, const std::vector<std::string>& actions);

} // namespace waymark::node
