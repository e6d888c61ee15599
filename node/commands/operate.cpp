#include "node/commands/operate.hpp"

#include "node/api/client.hpp"
#include "node/arguments.hpp"
#include "node/configuration/configuration.hpp"
#include "node/interruption.hpp"
#include "node/operator_name.hpp"
#include "node/socket_path.hpp"
#include "node/target.hpp"
#include "node/text_table.hpp"

#include <waymark/messages/mandate.hpp>
#include <waymark/messages/status.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <thread>

namespace waymark::node {

namespace {

using nlohmann::json;

constexpr int glance_ms = 100;
constexpr int looks_at_a_start = 20;

struct operation {
  target about;
  mandate as{.by = operator_name()};
  std::optional<std::int64_t> position;
  bool yes = false;
  bool json = false;
};

using action = std::function<exit_status(const operation&, const api_client&, console&)>;

exit_status tell(const operation& wanted, const json& answer, const std::string& sentence,
                 console& terminal) {
  if (wanted.json)
    terminal.print_json(answer);
  else
    terminal.out() << printable(sentence) << '\n';
  return exit_status::done;
}

/// The body of a request, to which a command adds what is its own.
json signed_by(const mandate& as) {
  return {{"by", as.by}, {"why", as.why}};
}

/// A command that resolves its arguments and finds the node.
struct operation_command {
  CLI::App* parsed;
  std::shared_ptr<operation> wanted;

  operation_command(CLI::App& program, const char* name, const char* description)
      : parsed{program.add_subcommand(name, description)},
        wanted{std::make_shared<operation>()} {
    add_target(*parsed, wanted->about, true);
    add_json(*parsed, wanted->json);
  }

  [[nodiscard]] command running(action what) const {
    return {parsed, [wanted = wanted, what = std::move(what)](program_context& context) {
              resolve(wanted->about, true);
              const auto place = read_place(wanted->about.file);
              return what(*wanted, api_client{socket_of_node(place)}, context.terminal);
            }};
  }

  /// Takes who wants it, and why.
  void sign() const {
    parsed->add_option("--why", wanted->as.why, "The reason, to be shown and logged")
        ->check(any_text())
        ->type_name("TEXT");
    parsed->add_option("--by", wanted->as.by, "Who wants it; you at this host, unless given")
        ->check(some_text())
        ->type_name("NAME");
  }

  /// One request, and what became of the projection by it.
  [[nodiscard]] command posting(const char* verb, const char* outcome, const char* footer) const {
    parsed->footer(footer);
    return running([verb, outcome](const operation& of, const api_client& node, console& terminal) {
      const auto path = path_of_projection(of.about.name) + "/" + verb;
      return tell(of, node.post(path, signed_by(of.as)), of.about.name + " " + outcome, terminal);
    });
  }

  /// An action that asks first.
  [[nodiscard]] command asking(action what, const char* footer) const {
    add_yes(*parsed, wanted->yes);
    parsed->footer(footer);
    return running(std::move(what));
  }
};

/// @throws error if the answer is not yes.
void confirm(const operation& wanted, const std::string& question, console& terminal) {
  if (!wanted.yes && !terminal.ask(question))
    throw error{"nothing was done; --yes does not ask"};
}

/// Asks before a read model is emptied; nobody is asked what the node would refuse.
/// @returns its answer: the projection's status, and the head that a rebuild has to reach.
json ask_and_reset(const operation& wanted, const api_client& node, console& terminal) {
  const auto path = path_of_projection(wanted.about.name) + "/reset";
  const auto status = node.post(path, {{"dry_run", true}});
  const bool paused = status["state"] == "paused";
  confirm(wanted,
          "Empty the tables of " + wanted.about.name + " (" +
              counted(status["events_processed"].get<std::int64_t>(), "event") +
              " handled so far)?" + (paused ? " It is paused, and goes on then." : ""),
          terminal);
  auto answer = node.post(path, signed_by(wanted.as));
  if (paused)
    terminal.complain(wanted.about.name + " was paused, and goes on");
  return answer;
}

bool stands(const json& status) {
  const auto state = parse_projection_state(status["state"].get<std::string>());
  return state && (has_come_to_a_stand(*state) || *state == projection_state::paused);
}

/// Some can't go on whatever is wanted: the answer is then what is to be done about it.
exit_status resume(const operation& wanted, const api_client& node, console& terminal) {
  const auto path = path_of_projection(wanted.about.name);
  const auto explain = [&] {
    return error{node.get(path + "/explain")["explanation"].get<std::string>()};
  };
  if (node.get(path)["evidence"]["full"] == true)
    throw explain();
  auto status = node.post(path + "/resume", signed_by(wanted.as));
  for (int look = 0; status["state"] == "starting" && look < looks_at_a_start; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds{glance_ms});
    status = node.get(path); // what failed may fail again at once
  }
  if (stands(status) || status["state"] == "degraded" || status["state"] == "standing_by")
    throw explain();
  return tell(wanted, status, wanted.about.name + " goes on", terminal);
}

/// Passes the event that was shown, and no other that may stand there by the time of the answer.
exit_status discard(const operation& wanted, const api_client& node, console& terminal) {
  const auto path = path_of_projection(wanted.about.name);
  const auto status = node.get(path);
  auto position = wanted.position;
  if (status["state"] == "stopped") { // else the node refuses, with what to do
    if (!position)
      position = status["evidence"]["stopped_before"].get<std::int64_t>();
    confirm(wanted,
            wanted.about.name + " is " + status["reason"].get<std::string>() +
                "\nPass the event at position " + with_commas(*position) +
                " for good? It becomes a dead letter.",
            terminal);
  }
  auto body = signed_by(wanted.as);
  if (position)
    body["position"] = *position;
  return tell(wanted, node.post(path + "/discard", body),
              wanted.about.name + " passes the event" +
                  (position ? " at position " + with_commas(*position) : ""),
              terminal);
}

exit_status reset(const operation& wanted, const api_client& node, console& terminal) {
  return tell(wanted, ask_and_reset(wanted, node, terminal), wanted.about.name + " begins anew",
              terminal);
}

exit_status rebuild(const operation& wanted, const api_client& node, console& terminal) {
  const auto& name = wanted.about.name;
  const auto path = path_of_projection(name);
  const auto until = ask_and_reset(wanted, node, terminal)["until"].get<std::int64_t>();
  const interruption signals;
  pollfd signal{signals.descriptor(), POLLIN, 0};
  auto status = node.get(path);
  while (status["passed"].get<std::int64_t>() < until) {
    if (stands(status))
      throw error{name + " is " + status["state"].get<std::string>() + ": " +
                  status["reason"].get<std::string>()};
    terminal.show_progress(name + ": " + with_commas(status["passed"].get<std::int64_t>()) +
                           " of " + with_commas(until) + " events");
    if (::poll(&signal, 1, glance_ms) > 0)
      throw error{"no longer waiting; " + name + " goes on with its rebuild"};
    status = node.get(path);
  }
  terminal.show_progress("");
  return tell(wanted, status, name + " is built anew up to position " + with_commas(until),
              terminal);
}

} // namespace

command add_pause_command(CLI::App& program) {
  const operation_command made{program, "pause", "Hold a projection where it is"};
  made.sign();
  return made.posting("pause", "is paused",
                      "It stays so until resume, reset or rebuild, or until the node ends.\n\n"
                      "Examples:\n"
                      "  waymark pause order-revenue --why \"table is being moved\"\n"
                      "  waymark pause shop/waymark.json order-revenue");
}

command add_resume_command(CLI::App& program) {
  const operation_command made{program, "resume", "Let a projection go on"};
  made.parsed->footer("After pause, and to try again after it has stopped or failed.\n\n"
                      "Examples:\n"
                      "  waymark resume order-revenue");
  made.sign();
  return made.running(&resume);
}

command add_take_over_command(CLI::App& program) {
  const operation_command made{program, "take-over",
                               "Take a projection from the process that has it"};
  made.sign();
  return made.posting("take_over", "is being taken over",
                      "For one that stands by because its owner hangs or can't be reached. What\n"
                      "that owner has under way changes nothing any more.\n\n"
                      "Examples:\n"
                      "  waymark take-over order-revenue\n"
                      "  waymark run --take-over                # all, at the start of a node");
}

command add_discard_command(CLI::App& program) {
  const operation_command made{program, "discard",
                               "Pass the event that a projection stopped before"};
  made.parsed
      ->add_option("--position", made.wanted->position, "The event's, if several shards stand")
      ->type_name("N");
  made.sign();
  return made.asking(&discard,
                     "Where on_give_up is \"stop\": the event becomes a dead letter, and the\n"
                     "projection goes on behind it. resume tries the event again instead.\n"
                     "Dead letters themselves are discarded by waymark dead-letters discard.\n\n"
                     "Examples:\n"
                     "  waymark explain order-revenue          # which event, and why\n"
                     "  waymark discard order-revenue");
}

command add_reset_command(CLI::App& program) {
  const operation_command made{program, "reset", "Empty a projection and begin anew"};
  made.sign();
  return made.asking(&reset,
                       "Runs its \"truncate\" and sets its checkpoint back, in one transaction; a\n"
                     "projection without one is refused. A pause ends.\n\n"
                       "Examples:\n"
                       "  waymark reset order-revenue\n"
                       "  waymark reset order-revenue --yes      # does not ask");
}

command add_rebuild_command(CLI::App& program) {
  const operation_command made{program, "rebuild", "Empty a projection and wait for its rebuild"};
  made.sign();
  return made.asking(&rebuild,
                       "Ends once everything that is in the log now is projected again.\n\n"
                       "Examples:\n"
                       "  waymark rebuild order-revenue\n"
                       "  waymark rebuild order-revenue --yes --why \"days were in UTC\"");
}

command add_explain_command(CLI::App& program) {
  const operation_command made{program, "explain", "Say why a projection is where it is"};
  made.parsed->footer("Examples:\n"
                      "  waymark explain order-revenue");
  return made.running([](const operation& wanted, const api_client& node, console& terminal) {
    const auto answer = node.get(path_of_projection(wanted.about.name) + "/explain");
    return tell(wanted, answer, answer["explanation"].get<std::string>(), terminal);
  });
}

} // namespace waymark::node
