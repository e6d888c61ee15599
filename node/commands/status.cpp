#include "node/commands/status.hpp"

#include "node/api/client.hpp"
#include "node/arguments.hpp"
#include "node/configuration/configuration.hpp"
#include "node/interruption.hpp"
#include "node/socket_path.hpp"
#include "node/status_table.hpp"
#include "node/stored_status.hpp"
#include "node/target.hpp"

#include <waymark/messages/error.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <poll.h>

#include <algorithm>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

using nlohmann::json;

constexpr int watch_ms = 1000;

struct status_arguments {
  target about;
  bool watch = false;
  bool json = false;
  bool exit_code = false;
};

json ask_stores(const configuration& place, const program_context& context) {
  const auto settings = read_configuration(place.file, names_of(context.projections));
  try {
    return stored_status(settings, context.projections);
  } catch (const nobody_there& e) {
    throw nobody_there{std::string{"no node runs, and "} + e.what()};
  }
}

/// All projections, or the one that is asked for, as the node or else the stores tell.
json ask(const configuration& place, const std::string& name, const program_context& context) {
  const api_client node{socket_of_node(place)};
  const bool running = node.somebody_answers();
  if (running && !name.empty())
    return {{"projections", json::array({node.get(path_of_projection(name))})}, {"running", true}};
  auto all = running ? node.get("/v1/projections") : ask_stores(place, context);
  all["running"] = running;
  if (name.empty())
    return all;
  std::string known;
  for (const auto& each : all["projections"]) {
    if (each["projection"] == name)
      return {{"projections", json::array({each})}, {"running", running}};
    known += (known.empty() ? "" : ", ") + each["projection"].get<std::string>();
  }
  throw usage_error{"there is no projection \"" + name + "\"; there are: " + known};
}

void show(const json& found, const status_arguments& wanted, console& terminal) {
  if (wanted.json)
    return terminal.print_json(found);
  if (wanted.watch && terminal.out_is_terminal())
    terminal.out() << "\033[H\033[J"; // the upper left corner, and all below is cleared
  print_status(found, terminal);
  terminal.out() << std::flush;
}

/// For who asks only whether somebody has to look.
exit_status verdict(const json& found) {
  if (!found["running"])
    return exit_status::nobody;
  const auto& all = found["projections"];
  const bool well = std::all_of(all.begin(), all.end(),
                                [](const json& each) { return each["health"] == "healthy"; });
  return well ? exit_status::done : exit_status::failed;
}

exit_status run_status(status_arguments& wanted, program_context& context) {
  if (wanted.watch && wanted.exit_code)
    throw usage_error{"--exit-code goes with one look, not with --watch"};
  resolve(wanted.about, false);
  const auto place = read_place(wanted.about.file);
  if (!wanted.watch) {
    const auto found = ask(place, wanted.about.name, context);
    show(found, wanted, context.terminal);
    return wanted.exit_code ? verdict(found) : exit_status::done;
  }
  const interruption signals;
  pollfd signal{signals.descriptor(), POLLIN, 0};
  do {
    show(ask(place, wanted.about.name, context), wanted, context.terminal);
  } while (context.terminal.out() && ::poll(&signal, 1, watch_ms) == 0);
  return exit_status::done;
}

} // namespace

command add_status_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("status", "Print where each projection is");
  const auto wanted = std::make_shared<status_arguments>();
  add_target(*parsed, wanted->about, false);
  parsed->add_flag("-w,--watch", wanted->watch, "Print it every second, until Ctrl-C");
  parsed->add_flag("--exit-code", wanted->exit_code,
                   "Exit status 1 unless all are healthy, 3 if no node runs");
  add_json(*parsed, wanted->json);
  parsed->footer("Asks the running node; while none runs, the stores tell what is known.\n\n"
                 "Examples:\n"
                 "  waymark status\n"
                 "  waymark status shop/waymark.json order-revenue\n"
                 "  waymark status --watch\n"
                 "  waymark status --exit-code >/dev/null || echo look at it\n"
                 "  waymark status --json");
  return {parsed, [wanted](program_context& context) { return run_status(*wanted, context); }};
}

} // namespace waymark::node
