#include "options.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace history {
namespace {

/// A folder that the environment names; a relative one is not meant to count.
std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value != '/' ? std::nullopt : std::optional<std::string>{value};
}

class argument_list {
 public:
  explicit argument_list(const std::vector<std::string>& arguments) : arguments_{arguments} {}

  [[nodiscard]] bool done() const { return next_ == arguments_.size(); }
  const std::string& take() { return arguments_[next_++]; }

  /// The value of an option: what stands behind its "=", or the next argument.
  std::string value(std::string_view argument, std::string_view name) {
    auto found = argument.size() > name.size() ? std::string{argument.substr(name.size() + 1)}
                 : done()                      ? std::string{}
                                               : take();
    if (found.empty())
      throw bad_usage{std::string{name} + " wants a value; try --help"};
    return found;
  }

 private:
  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
};

bool is(std::string_view argument, std::string_view name) {
  return argument == name ||
         (argument.size() > name.size() && argument.substr(0, name.size()) == name &&
          argument[name.size()] == '=');
}

} // namespace

std::string default_store() {
  const auto state = environment("XDG_STATE_HOME");
  const auto home = environment("HOME");
  const auto folder = state ? *state + "/waymark/" : home ? *home + "/.local/state/waymark/" : "./";
  return "sqlite:" + folder + "package_history.db";
}

options parse_options(const std::vector<std::string>& arguments) {
  options result;
  std::optional<bool> compare;
  bool other_folder = false;
  bool only_files = false;
  argument_list list{arguments};
  while (!list.done()) {
    const auto argument = list.take();
    if (only_files || argument.empty() || argument[0] != '-' || argument == "-")
      result.files.push_back(argument);
    else if (argument == "--")
      only_files = true;
    else if (argument == "--help" || argument == "-h")
      result.help = true;
    else if (argument == "--verbose")
      result.verbose = true;
    else if (argument == "--compare" || argument == "--no-compare")
      compare = argument == "--compare";
    else if (is(argument, "--store"))
      result.store = list.value(argument, "--store");
    else if (is(argument, "--log-folder")) {
      result.log_folder = list.value(argument, "--log-folder");
      other_folder = true;
    } else
      throw bad_usage{"unknown option " + argument + "; try --help"};
  }
  if (other_folder && !result.files.empty())
    throw bad_usage{"give log files or --log-folder, not both"};
  if (std::count(result.files.begin(), result.files.end(), "-") > 1)
    throw bad_usage{"standard input (-) can be read only once"};
  const bool own_log = result.files.empty() && !other_folder;
  result.compare = compare.value_or(own_log);
  if (result.store.empty() && !own_log)
    result.store = "memory:";
  return result;
}

std::string help_text() {
  return R"(usage: package_history [OPTION...] [LOG-FILE...]

Turns each line of dpkg's log into an event, projects the events into two tables (what is installed;
how much happened on each day), reports, and compares the result with dpkg's own database.

Without LOG-FILEs it reads /var/log/dpkg.log and its rotated parts. LOG-FILEs (oldest first, plain
or gzipped, - for standard input) are not taken for this machine's own log: they are not compared
with dpkg, and not kept, unless you ask for it.

  --store ADDRESS      where events and tables are kept: sqlite:FILE or memory:
                       (the default is )" +
         default_store() + R"(,
                       or memory: if other logs are given)
  --log-folder FOLDER  look for dpkg.log and its rotated parts there
  --compare            compare with dpkg, whatever was read
  --no-compare         do not
  --verbose            show what the engine logs
  --help               this

A second run adds only the lines that are new. Keep one store for each machine, and begin a new one
to add logs that are older than what it has.
The exit status is 0 if nothing differs, 1 if something differs or failed, 2 for wrong usage.
)";
}

} // namespace history
