#include "node/commands/settle_letters.hpp"

#include "node/api/client.hpp"
#include "node/operator_name.hpp"
#include "node/settle_alone.hpp"
#include "node/socket_path.hpp"
#include "node/stored_letters.hpp"
#include "node/text_table.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace waymark::node {

namespace {

using nlohmann::json;

/// Asks before many letters are retried and before any is discarded.
/// @throws error if the answer is not yes.
void confirm(const std::vector<recorded_projection>& projections, settle_verb verb,
             const letter_selection& which, console& terminal) {
  const auto letters = which.id ? 1 : count_letters(projections, which);
  if (verb == settle_verb::retry && letters <= 1)
    return;
  const auto number = counted(static_cast<long long>(letters), "letter");
  const auto question = verb == settle_verb::retry
                            ? "Retry " + number + "?"
                            : "Discard " + number +
                                  (letters == 1 ? "? Its event" : "? Their events") +
                                  " will never be projected.";
  if (!terminal.ask(question))
    throw error{"nothing was done; --yes does not ask"};
}

std::string outcome_of(const json& key, bool dry_run) {
  const auto number = [&](const char* name) { return key[name].get<std::int64_t>(); };
  std::string text;
  const auto add = [&](std::int64_t count, const char* participle) {
    if (count > 0)
      text += (text.empty() ? "" : ", ") + counted(count, "event") +
              (dry_run ? " would be " : " ") + participle;
  };
  add(number("discarded"), "discarded");
  add(number("replayed"), "projected");
  add(number("unwanted"), "passed, not wanted any more");
  if (number("untried") > 0)
    text += (text.empty() ? "" : ", ") + counted(number("untried"), "event") + " not tried";
  if (const auto& failed = key["failed"]; !failed.is_null())
    text += (text.empty() ? "" : ", then ") + failed["event_type"].get<std::string>() +
            " at position " + with_commas(failed["position"].get<std::int64_t>()) +
            (dry_run ? " would fail: " : " failed: ") + failed["error"].get<std::string>();
  if (const auto& refused = key["refused"]; !refused.is_null())
    text += (text.empty() ? "not done: " : "; not done: ") + refused.get<std::string>();
  if (text.empty())
    text = "nothing to do";
  if (number("remaining") > 0)
    text += "; " + counted(number("remaining"), "event") + (dry_run ? " would stay" : " stay") +
            (number("remaining") == 1 && !dry_run ? "s" : "") + " parked";
  return text;
}

void tell(const json& report, console& terminal) {
  const auto dry_run = report["dry_run"].get<bool>();
  if (report["keys"].empty())
    terminal.out() << "There are no such dead letters.\n";
  else if (dry_run)
    terminal.out() << (report["handlers_called"].get<bool>()
                           ? "A dry run; nothing is changed.\n"
                           : "A dry run; nothing is changed, and no handler was called.\n");
  for (const auto& key : report["keys"])
    terminal.out() << printable(key["projection"].get<std::string>() + ", " +
                                key["key"].get<std::string>() + ": " + outcome_of(key, dry_run))
                   << '\n';
}

} // namespace

exit_status settle_letters(const configuration& settings, const node_stores& stores,
                           const std::vector<recorded_projection>& projections, settle_verb verb,
                           settle_request wanted, const settle_manners& manners,
                           console& terminal) {
  if (!manners.yes && !wanted.options.dry_run)
    confirm(projections, verb, wanted.which, terminal);
  if (wanted.options.by.empty())
    wanted.options.by = operator_name();
  wanted = settle_request_in(to_json(wanted)); // with the node's time limit in either case
  json report;
  if (const api_client node{socket_of_node(settings)}; node.somebody_answers()) {
    report = node.post(std::string{"/v1/letters/"} + to_string(verb), to_json(wanted));
  } else {
    const auto concerned = concerned_by(projections, wanted.which);
    settle_report nothing;
    nothing.verb = verb;
    nothing.dry_run = wanted.options.dry_run;
    report = to_json(concerned.empty() ? nothing
                                       : settle_alone(settings, stores, concerned, verb, wanted));
  }
  if (manners.json)
    terminal.print_json(report);
  else
    tell(report, terminal);
  return report["complete"].get<bool>() ? exit_status::done : exit_status::failed;
}

} // namespace waymark::node
