#include "node/commands/run.hpp"

#include "node/api/server.hpp"
#include "node/arguments.hpp"
#include "node/catching_up.hpp"
#include "node/claims.hpp"
#include "node/configuration/configuration.hpp"
#include "node/configuration/mistake.hpp"
#include "node/interruption.hpp"
#include "node/node_lock.hpp"
#include "node/operator_name.hpp"
#include "node/running_node.hpp"
#include "node/service_notice.hpp"
#include "node/service_watchdog.hpp"
#include "node/socket_path.hpp"
#include "node/statement_trials.hpp"
#include "node/text_table.hpp"
#include "supervisors/logger.hpp"
#include "supervisors/write_within.hpp"

#include <waymark/supervisors/supervision.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ostream>

namespace waymark::node {

namespace {

struct run_arguments : file_arguments {
  bool until_caught_up = false;
  bool take_over = false;
};

/// A configuration that its databases take too; what could not be asked is no hindrance here, since
/// opening will tell.
configuration read_and_try(const std::string& file, const program_context& context) {
  auto found = read_configuration(file, names_of(context.projections));
  if (auto trials = try_outside(found); !trials.mistakes.empty())
    throw configuration_error{file, std::move(trials.mistakes)};
  return found;
}

void wait_for_signal(const interruption& signals) {
  pollfd signal{signals.descriptor(), POLLIN, 0};
  while (!signals.requested())
    ::poll(&signal, 1, -1);
}

exit_status report(const catch_up_report& found, std::size_t projections, bool json,
                   console& terminal) {
  for (const auto& each : found.set_aside)
    terminal.complain(each + "; see waymark dead-letters");
  for (const auto& each : found.standing)
    terminal.complain(each);
  if (found.interrupted)
    terminal.complain("stopped by a signal before everything had caught up");
  if (json)
    terminal.print_json({{"caught_up", found.reached()},
                         {"head", found.head},
                         {"projections", projections},
                         {"set_aside", found.set_aside},
                         {"standing", found.standing}});
  else if (found.reached())
    terminal.out() << counted(static_cast<long long>(projections), "projection")
                   << " caught up with position " << with_commas(found.head) << '\n';
  return found.reached() ? exit_status::done : exit_status::failed;
}

/// While it lives, requests are answered. It ends before the node does, also by an exception.
class answering {
 public:
  answering(api_server& by, running_node& node) : by_{by} { by_.serve(node); }
  ~answering() { by_.stop(); }
  answering(const answering&) = delete;
  answering& operator=(const answering&) = delete;

 private:
  api_server& by_;
};

/// Whether the supervisors answer, and none of the engine's own actors has been given up.
bool is_live(const engine& of) {
  const auto root = of.tree();
  const auto projections = projections_tree().name;
  return std::all_of(root.children.begin(), root.children.end(), [&](const child_snapshot& each) {
    return each.name == projections || each.state == child_state::running ||
           each.state == child_state::backing_off;
  });
}

/// For requests whose answers are ready; one that asks a store which hangs is not waited for.
constexpr std::chrono::steady_clock::duration shortest_wait = std::chrono::milliseconds{200};

/// Ends the process with what hangs in it, and with requests that wait for that.
[[noreturn]] void end_without(program_context& context, std::chrono::milliseconds deadline,
                              const std::string& socket, exit_status result) {
  write_within(STDERR_FILENO,
               "waymark: not everything ended within " + std::to_string(deadline.count()) +
                   " ms; nothing is lost by that\n",
               std::chrono::seconds{1});
  context.terminal.out().flush();
  remove_socket(socket);
  std::_Exit(static_cast<int>(result));
}

exit_status run_node(const run_arguments& wanted, program_context& context) {
  auto settings = read_and_try(wanted.file, context);
  const auto socket = socket_path(settings);
  const interruption signals; // so far nothing has begun, and a signal may end it as any program
  const node_lock only_one{lock_path(settings), socket, wanted.file};
  api_server api{socket};
  running_node node{std::move(settings), context.projections};
  const answering requests{api, node};
  logger{node.settings().engine.log}.write(log_level::info, "node", wanted.file,
                                           "answers on " + socket);
  notify_service_manager("READY=1");
  const service_watchdog signs_of_life{[&node] { return is_live(node.engine()); }};
  if (wanted.take_over)
    take_over_all(node.engine(), {.by = operator_name(), .why = "waymark run --take-over"},
                  [&] { return signals.requested(); });
  const auto deadline = node.settings().engine.drain_deadline;
  auto result = exit_status::done;
  if (wanted.until_caught_up) {
    const auto found = wait_until_caught_up(node.engine(), signals, context.terminal);
    result = report(found, node.engine().names().size(), wanted.json, context.terminal);
  } else {
    wait_for_signal(signals);
  }
  notify_service_manager("STOPPING=1");
  const auto until = std::chrono::steady_clock::now() + deadline;
  const bool drained = node.engine().stop(); // which ends requests that are under way too
  const auto left = std::max(until - std::chrono::steady_clock::now(), shortest_wait);
  if (!drained || !api.stop_within(std::chrono::duration_cast<std::chrono::milliseconds>(left)))
    end_without(context, deadline, socket, result);
  return result;
}

} // namespace

command add_run_command(CLI::App& program) {
  return file_command<run_arguments>{program, "run", "Run the projections of a configuration"}
      .flag("--until-caught-up", &run_arguments::until_caught_up,
            "End once everything that is in the log now is projected")
      .flag("--take-over", &run_arguments::take_over,
            "Take projections from the process that has them, at the start: for one that "
            "hangs or can't be reached")
      .running(&run_node,
               "SIGTERM and Ctrl-C stop it, as a closed terminal does: batches under way are\n"
               "finished. A second one stops it at once; nothing is lost by that either.\n\n"
               "Examples:\n"
               "  waymark run                                  # waymark.json, until stopped\n"
               "  waymark run shop/waymark.json --until-caught-up");
}

} // namespace waymark::node
