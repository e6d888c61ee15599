#include "node/commands/check.hpp"

#include "node/arguments.hpp"
#include "node/configuration/configuration.hpp"
#include "node/configuration/mistake.hpp"
#include "node/statement_trials.hpp"
#include "node/text_table.hpp"

#include <ostream>
#include <utility>

namespace waymark::node {

namespace {

struct check_arguments : file_arguments {
  bool defaults = false;
  bool names = false;
};

exit_status report(const check_arguments& wanted, const trial_report& found,
                   std::size_t projections, console& terminal) {
  const auto& [mistakes, notes, untried] = found;
  if (wanted.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [path, text] : mistakes)
      list.push_back({{"path", path}, {"text", text}});
    terminal.print_json({{"file", wanted.file}, {"mistakes", list}, {"notes", notes}});
  } else {
    if (!mistakes.empty())
      terminal.out() << describe(wanted.file, mistakes) << '\n';
    for (const auto& note : notes)
      terminal.out() << wanted.file << ": " << note << '\n';
    if (mistakes.empty())
      terminal.out() << wanted.file << (untried == 0 ? ": no mistakes; " : ": no mistakes found; ")
                     << counted(static_cast<long long>(projections), "projection")
                     << (untried == 0
                             ? ""
                             : "; " + counted(static_cast<long long>(untried), "database") +
                                   " could not be asked")
                     << '\n';
  }
  return mistakes.empty() ? exit_status::done : exit_status::usage;
}

exit_status print_names(const check_arguments& wanted, program_context& context) {
  auto names = read_names(wanted.file);
  for (auto& each : names_of(context.projections))
    names.push_back(std::move(each));
  if (wanted.json)
    context.terminal.print_json({{"projections", names}});
  else
    for (const auto& each : names)
      context.terminal.out() << each << '\n';
  return exit_status::done;
}

exit_status run_check(const check_arguments& wanted, program_context& context) {
  if (wanted.names)
    return print_names(wanted, context);
  try {
    const auto names = names_of(context.projections);
    const auto found = read_configuration(wanted.file, names);
    if (wanted.defaults) {
      context.terminal.out() << with_defaults(found).dump(2) << '\n';
      return exit_status::done;
    }
    return report(wanted, try_outside(found), found.projections.size() + names.size(),
                  context.terminal);
  } catch (const configuration_error& e) {
    return report(wanted, {e.mistakes(), {}, 0}, 0, context.terminal);
  }
}

} // namespace

command add_check_command(CLI::App& program) {
  return file_command<check_arguments>{program, "check", "Print every mistake of a configuration"}
      .flag("--defaults", &check_arguments::defaults,
            "Print the configuration with all that it leaves out")
      .flag("--names", &check_arguments::names,
            "Print the names of its projections, whatever mistakes it has")
      .running(&run_check,
               "Every statement is tried in the databases that can be reached; nothing is\n"
               "changed in them. Exit status 2 if there is a mistake.\n\n"
               "Examples:\n"
               "  waymark check\n"
               "  waymark check shop/waymark.json --json\n"
               "  waymark check --defaults");
}

} // namespace waymark::node
