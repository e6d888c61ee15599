#include "node/program.hpp"

#include "node/commands/list.hpp"
#include "node/help_format.hpp"

#include <waymark/messages/version.hpp>

#include "messages/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

namespace waymark::node {

namespace {

/// In this program's words, which speak of commands.
std::string problem_of(const CLI::App& program, const CLI::ParseError& e) {
  const auto given = program.get_subcommands();
  const auto unknown = given.empty() ? program.remaining() : given.front()->remaining();
  const bool surplus = e.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (given.empty() && !unknown.empty())
    return (unknown.front().starts_with('-') ? "there is no option " : "there is no command ") +
           readable(unknown.front());
  if (given.empty() && e.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError))
    return "a command is missing";
  if (surplus && !unknown.empty())
    return given.front()->get_name() + " does not take " + readable(unknown.front());
  return e.what();
}

/// Help and version are no mistakes; for the others the way to the help is told too.
exit_status answer_parse_error(const CLI::App& program, const CLI::ParseError& e,
                               const program_context& context) {
  if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    program.exit(e, context.terminal.out(), context.terminal.err());
    return exit_status::done;
  }
  context.terminal.complain(problem_of(program, e));
  const auto given = program.get_subcommands();
  const auto name = given.empty() ? "" : given.front()->get_name() + " ";
  context.terminal.err() << "Try: waymark " << name << "--help\n";
  return exit_status::usage;
}

exit_status run_command(const command& chosen, program_context& context) {
  try {
    return chosen.run(context);
  } catch (const nobody_there& e) {
    context.terminal.complain(e.what());
    return exit_status::nobody;
  } catch (const usage_error& e) {
    context.terminal.complain(e.what());
    return exit_status::usage;
  } catch (const std::exception& e) {
    context.terminal.complain(e.what());
    return exit_status::failed;
  }
}

} // namespace

exit_status run_program(const std::vector<std::string>& arguments, program_context& context) {
  CLI::App program{"Durable, supervised event projections.", "waymark"};
  program.set_version_flag("--version", "waymark " + std::string{version()});
  program.require_subcommand(1);
  program.formatter(std::make_shared<help_format>());
  program.footer("waymark COMMAND --help shows the options and examples of a command.\n"
                 "Exit status: 0 done, 1 the work failed, 2 wrong usage or configuration,\n"
                 "3 nothing to talk to.");
  std::vector<command> commands;
  for (const auto add : command_list())
    commands.push_back(add(program)), commands.back().parsed->group("Commands");
  try {
    std::vector<std::string> backwards{arguments.rbegin(), arguments.rend()}; // as CLI11 wants
    program.parse(std::move(backwards));
  } catch (const CLI::ParseError& e) {
    return answer_parse_error(program, e, context);
  }
  const auto chosen = std::find_if(commands.begin(), commands.end(),
                                   [](const command& c) { return c.parsed->parsed(); });
  const auto status = run_command(*chosen, context);
  context.terminal.out().flush();
  if (!context.terminal.out() && status == exit_status::done) {
    context.terminal.complain("standard output could not be written");
    return exit_status::failed;
  }
  return status;
}

} // namespace waymark::node
