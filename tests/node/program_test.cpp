#include "tests/node/run_command.hpp"

#include "node/api/routes.hpp"
#include "node/commands/list.hpp"

#include <waymark/messages/version.hpp>

#include "tests/catch.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using Catch::Matchers::ContainsSubstring;
using waymark::node::exit_status;

TEST_CASE("the program tells its version and its commands") {
  const auto version = run_command({"--version"});
  CHECK(version.status == exit_status::done);
  CHECK(version.out == "waymark " + std::string{waymark::version()} + "\n");

  const auto help = run_command({"--help"});
  CHECK(help.status == exit_status::done);
  CHECK_THAT(help.out, ContainsSubstring("Exit status"));
  CHECK(help.err.empty());
}

TEST_CASE("who types something wrong reads of commands") {
  CHECK_THAT(run_command({"--help"}).out, ContainsSubstring("\n\nCommands:\n"));
  const auto said_to = [](std::vector<std::string> arguments) {
    const auto found = run_command(std::move(arguments));
    CHECK(found.status == exit_status::usage);
    return found.err.substr(0, found.err.find('\n'));
  };
  CHECK(said_to({}) == "waymark: a command is missing");
  CHECK(said_to({"staus"}) == "waymark: there is no command staus");
  CHECK(said_to({"--foo"}) == "waymark: there is no option --foo");
  CHECK(said_to({"status", "--foo"}) == "waymark: status does not take --foo");
  CHECK(said_to({"append"}) == "waymark: --store is required");
}

TEST_CASE("every command has a description and examples") {
  CLI::App program;
  for (const auto add : waymark::node::command_list()) {
    const auto made = add(program);
    INFO(made.parsed->get_name());
    CHECK_FALSE(made.parsed->get_description().empty());
    CHECK_THAT(made.parsed->get_footer(), ContainsSubstring("Examples:"));

    const auto help = run_command({made.parsed->get_name(), "--help"});
    CHECK(help.status == exit_status::done);
    CHECK_THAT(help.out, ContainsSubstring("Examples:"));
  }
}

namespace {

std::string text_of(const std::string& file) {
  std::ifstream in{std::string{WAYMARK_SOURCE_FOLDER} + "/" + file};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

} // namespace

TEST_CASE("every route and every command is documented") {
  using namespace waymark::node;
  const auto page = text_of("docs/node.md");
  for (const auto& routes : {projection_routes(), letter_routes()})
    for (const auto& each : routes)
      CHECK_THAT(page, ContainsSubstring("`" + std::string{each.method} + " " + each.path + "`"));
  auto manual = text_of("apps/waymark/waymark.1");
  manual.erase(std::remove(manual.begin(), manual.end(), '\\'), manual.end());
  CLI::App program;
  for (const auto add : command_list()) {
    const auto name = add(program).parsed->get_name();
    CHECK_THAT(manual, ContainsSubstring("\n.BI " + name + " \""));
    CHECK_THAT(page, ContainsSubstring("waymark " + name));
  }
}

TEST_CASE("the manual page has every option of every command") {
  auto manual = text_of("apps/waymark/waymark.1");
  manual.erase(std::remove(manual.begin(), manual.end(), '\\'), manual.end());
  CLI::App program;
  for (const auto add : waymark::node::command_list()) {
    const auto* const parsed = add(program).parsed;
    const auto begin = manual.find("\n.BI " + parsed->get_name() + " \"");
    const auto about = manual.substr(begin, manual.find("\n.TP", begin) - begin);
    INFO(about);
    for (const auto* const option : parsed->get_options())
      for (const auto& name : option->get_lnames())
        if (name != "help" && name != "json")
          CHECK_THAT(about, ContainsSubstring("--" + name));
  }
}

TEST_CASE("help shows what is typed as the manual page does, in 80 columns") {
  auto manual = text_of("apps/waymark/waymark.1");
  manual.erase(std::remove(manual.begin(), manual.end(), '\\'), manual.end());
  CLI::App program;
  for (const auto add : waymark::node::command_list()) {
    const auto name = add(program).parsed->get_name();
    auto help = run_command({name, "--help"}).out;
    std::istringstream lines{help};
    for (std::string line; std::getline(lines, line);) {
      INFO(name << ": " << line);
      CHECK(line.size() <= 80);
    }
    const std::string options = " [OPTION]...";
    for (auto at = help.find(options); at != std::string::npos; at = help.find(options))
      help.erase(at, options.size());
    const auto begin = manual.find('"', manual.find("\n.BI " + name + " \"")) + 1;
    const auto words = manual.substr(begin, manual.find('"', begin) - begin);
    if (words.find('|') == std::string::npos)
      CHECK_THAT(help, ContainsSubstring("Usage: waymark " + name + words + "\n"));
  }
  CHECK_THAT(run_command({"checkpoint", "--help"}).out,
             ContainsSubstring("Usage: waymark checkpoint [OPTION]... [FILE] show\n"
                               "       waymark checkpoint [OPTION]... [FILE] set NAME POSITION\n"));
}

TEST_CASE("wrong usage is told on standard error with the way to the help") {
  const auto none = run_command({});
  CHECK(none.status == exit_status::usage);
  CHECK(none.out.empty());
  CHECK_THAT(none.err, ContainsSubstring("waymark --help"));
  const auto unknown = run_command({"init", "--no-such-option"});
  CHECK(unknown.status == exit_status::usage);
  CHECK_THAT(unknown.err, ContainsSubstring("--no-such-option"));
  CHECK_THAT(unknown.err, ContainsSubstring("waymark init --help"));
}

TEST_CASE("init writes files once and never over others") {
  const waymark::test::temporary_folder folder;
  const auto shop = folder.file("shop");
  CHECK(run_command({"init", shop}).status == exit_status::done);
  const auto again = run_command({"init", shop});
  CHECK(again.status == exit_status::usage);
  CHECK_THAT(again.err, ContainsSubstring("is there already"));
}
