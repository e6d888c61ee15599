#pragma once

#include <waymark/messages/timestamp.hpp>

#include "node/command.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}

/// Options and positional arguments that several commands have, with one wording. The variables
/// must outlive the parsing: keep them in a shared_ptr that the command's `run` holds too.
namespace waymark::node {

/// FILE, the configuration; `waymark.json` unless given.
CLI::Option* add_file(CLI::App& command, std::string& file);

/// --store URL, required.
CLI::Option* add_store(CLI::App& command, std::string& address);

/// --json: one document (or one a line) with stable field names, instead of text for people.
CLI::Option* add_json(CLI::App& command, bool& json);

/// A subcommand with nothing but its name and description.
[[nodiscard]] CLI::App* add_command(CLI::App& program, const char* name, const char* description);
void add_flag(CLI::App& command, const char* name, bool& flag, const char* description);
void add_footer(CLI::App& command, const char* text);

/// What every command about a whole configuration is given; the others derive from it.
struct file_arguments {
  std::string file;
  bool json = false;
};

/// A command whose arguments are FILE, --json and flags.
template <class Arguments>
class file_command {
 public:
  file_command(CLI::App& program, const char* name, const char* description)
      : parsed_{add_command(program, name, description)} {
    add_file(*parsed_, wanted_->file);
    add_json(*parsed_, wanted_->json);
  }

  file_command& flag(const char* name, bool Arguments::*member, const char* description) {
    add_flag(*parsed_, name, (*wanted_).*member, description);
    return *this;
  }

  /// The command, with notes and examples below its help.
  [[nodiscard]] command running(exit_status (*run)(const Arguments&, program_context&),
                                const char* footer) const {
    add_footer(*parsed_, footer);
    return {parsed_, [wanted = wanted_, run](program_context& context) {
              return run(*wanted, context);
            }};
  }

 private:
  CLI::App* parsed_;
  std::shared_ptr<Arguments> wanted_ = std::make_shared<Arguments>();
};

/// --yes: does not ask.
CLI::Option* add_yes(CLI::App& command, bool& yes);

/// Says what is wrong with an option's value; empty if nothing is. For CLI::Option::check.
using value_check = std::function<std::string(const std::string&)>;

/// 0, 1, 2 … as far as 64 bits go.
[[nodiscard]] value_check whole_number();

/// UTF-8, as all text in logs and letters; of a condition or a name at least one byte, since an
/// empty one may be a variable of a script that is not set.
[[nodiscard]] value_check some_text();
[[nodiscard]] value_check any_text();

/// A time as RFC 3339 has it, or so long ago: "30m", "24h".
/// @throws usage_error that names `option`.
[[nodiscard]] timestamp moment_in(const std::string& option, const std::string& text);

[[nodiscard]] value_check one_of(std::vector<std::string> words);

} // namespace waymark::node
