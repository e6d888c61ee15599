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

void require_yes(const std::string& question, console& terminal) {
  if (!terminal.ask(question))
    throw error{"nothing was done; --yes does not ask"};
}

/// Retrying more than was asked about does no harm.
/// @throws error if the answer is not yes.
void confirm_retry(const std::vector<recorded_projection>& projections,
                   const letter_selection& which, console& terminal) {
  const auto letters = which.id ? 1 : count_letters(projections, which).letters;
  if (letters > 1)
    require_yes("Retry " + counted(static_cast<long long>(letters), "letter") + "?", terminal);
}

/// Makes `which` mean those that were asked about, and none that is written as the question stands.
/// @returns whether there are any. @throws error if the answer is not yes.
bool confirm_discard(const std::vector<recorded_projection>& projections, letter_selection& which,
                     console& terminal) {
  constexpr const char* for_good = " will never be projected.";
  if (which.id) {
    require_yes(std::string{"Discard 1 letter? Its event"} + for_good, terminal);
    return true;
  }
  const auto [letters, newest] = count_letters(projections, which);
  if (letters == 0)
    return false;
  require_yes("Discard " + counted(static_cast<long long>(letters), "letter") +
                  (letters == 1 ? "? Its event" : "? Their events") + for_good,
              terminal);
  which.until = newest + timestamp::duration{1};
  return true;
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

settle_report nothing_of(settle_verb verb, const settle_request& wanted) {
  settle_report report;
  report.verb = verb;
  report.dry_run = wanted.options.dry_run;
  return report;
}

/// By the running node, or else here.
json settle(const configuration& settings, const node_stores& stores,
            const std::vector<recorded_projection>& projections, settle_verb verb,
            const settle_request& wanted) {
  if (const api_client node{socket_of_node(settings)}; node.somebody_answers())
    return node.post(std::string{"/v1/letters/"} + to_string(verb), to_json(wanted));
  const auto concerned = concerned_by(projections, wanted.which);
  return to_json(concerned.empty() ? nothing_of(verb, wanted)
                                   : settle_alone(settings, stores, concerned, verb, wanted));
}

} // namespace

exit_status settle_letters(const configuration& settings, const node_stores& stores,
                           const std::vector<recorded_projection>& projections, settle_verb verb,
                           settle_request wanted, const settle_manners& manners,
                           console& terminal) {
  bool any = true;
  if (!manners.yes && !wanted.options.dry_run) {
    if (verb == settle_verb::retry)
      confirm_retry(projections, wanted.which, terminal);
    else
      any = confirm_discard(projections, wanted.which, terminal);
  }
  if (wanted.options.by.empty())
    wanted.options.by = operator_name();
  wanted = settle_request_in(to_json(wanted)); // with the node's time limit in either case
  const auto report = any ? settle(settings, stores, projections, verb, wanted)
                          : to_json(nothing_of(verb, wanted));
  if (manners.json)
    terminal.print_json(report);
  else
    tell(report, terminal);
  return report["complete"].get<bool>() ? exit_status::done : exit_status::failed;
}

} // namespace waymark::node
