#include "node/commands/events.hpp"

#include "node/arguments.hpp"
#include "node/event_line.hpp"
#include "node/event_reader.hpp"
#include "node/interruption.hpp"
#include "node/open_store.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

struct events_arguments {
  std::string store;
  std::int64_t after = 0;
  std::int64_t limit = -1;
  std::vector<std::string> types;
  std::string stream;
  bool follow = false;
  bool json = false; ///< As it is without.
};

stream_id stream_in(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size())
    throw usage_error{"--stream takes TYPE/ID, such as Order/o-17, not \"" + text + "\""};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

event_selection selection(const events_arguments& wanted) {
  event_selection result;
  result.after = wanted.after;
  result.types = wanted.types;
  if (!wanted.stream.empty())
    result.stream = stream_in(wanted.stream);
  return result;
}

/// How long a wait for more may keep a signal waiting.
constexpr std::chrono::milliseconds glance{200};

exit_status run_events(const events_arguments& wanted, console& terminal) {
  std::signal(SIGPIPE, SIG_DFL); // A reader that has seen enough ends this quietly.
  const auto from = open_log(wanted.store, if_missing::refuse);
  const interruption signals;
  event_reader reader{*from.events, selection(wanted)};
  auto left = wanted.limit;
  while (left != 0 && !signals.requested()) {
    const auto some = reader.next();
    for (const auto& e : some) {
      terminal.print_json_text(write_event_line(e));
      if (!terminal.out())
        throw error{"standard output could not be written"};
      if (--left == 0 || signals.requested())
        break;
    }
    if (!reader.at_end())
      continue;
    if (!wanted.follow)
      break;
    reader.wait(glance);
  }
  return exit_status::done;
}

} // namespace

command add_events_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("events", "Print events, one JSON object a line");
  const auto wanted = std::make_shared<events_arguments>();
  add_store(*parsed, wanted->store);
  parsed->add_option("--after", wanted->after, "Only events behind this position")
      ->check(whole_number())
      ->type_name("N");
  parsed->add_option("--limit", wanted->limit, "At most so many events")
      ->check(whole_number())
      ->type_name("N");
  parsed->add_option("--type", wanted->types, "Only events of this type; may be given again")
      ->check(some_text())
      ->type_name("T")
      ->allow_extra_args(false);
  parsed->add_option("--stream", wanted->stream, "Only events of this stream")
      ->check(some_text())
      ->type_name("TYPE/ID");
  parsed->add_flag("--follow", wanted->follow, "Wait for more at the end, until Ctrl-C");
  add_json(*parsed, wanted->json)->description("Taken as elsewhere; events are JSON anyway");
  parsed->footer("Each line is what waymark append reads, with position and aggregate_version.\n\n"
                 "Examples:\n"
                 "  waymark events --store sqlite:shop.db --limit 10\n"
                 "  waymark events --store sqlite:shop.db --stream Order/o-17\n"
                 "  waymark events --store sqlite:shop.db --type OrderPlaced --follow\n"
                 "  waymark events --store sqlite:shop.db |\n"
                 "    waymark append --store postgresql:///shop      # a copy of a log");
  return {parsed,
          [wanted](program_context& context) { return run_events(*wanted, context.terminal); }};
}

} // namespace waymark::node
