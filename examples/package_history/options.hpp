#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace history {

/// The command line is not one that the program understands; the text is one sentence.
class bad_usage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct options {
  std::string store;                   ///< "sqlite:history.db", "memory:"; empty: default_store().
  std::string log_folder = "/var/log"; ///< Where to look if `files` is empty.
  std::vector<std::string> files;      ///< Oldest first; "-" is standard input.
  bool compare = true;
  bool verbose = false;
  bool help = false;
};

/// Where this machine's history is kept unless another place is given: the folder for what programs
/// keep for long and is no one's document, ${XDG_STATE_HOME:-$HOME/.local/state}; the current
/// folder if neither is set.
[[nodiscard]] std::string default_store();

/// Reads the arguments (without the program's name). Pure. @throws bad_usage.
[[nodiscard]] options parse_options(const std::vector<std::string>& arguments);

/// What --help prints.
[[nodiscard]] std::string help_text();

} // namespace history
