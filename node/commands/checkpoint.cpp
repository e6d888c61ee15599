#include "node/commands/checkpoint.hpp"

#include "messages/json_or_null.hpp"
#include "node/action_words.hpp"
#include "node/arguments.hpp"
#include "node/move_checkpoint.hpp"
#include "node/node_lock.hpp"
#include "node/operator_name.hpp"
#include "node/recorded_projections.hpp"
#include "node/socket_path.hpp"
#include "node/text_table.hpp"
#include "supervisors/logger.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

using nlohmann::json;

struct checkpoint_arguments {
  action_words words;
  bool yes = false;
  bool json = false;
};

json to_json(const stored_failure& why) {
  auto attempts = json::array();
  for (const auto& each : why.tries)
    attempts.push_back({{"at", to_string(each.at)}, {"error", each.error}});
  return {{"error", why.error},         {"at", to_string(why.at)}, {"event_type", why.event_type},
          {"position", why.position}, {"attempts", attempts}};
}

json to_json(const checkpoint& record) {
  return {{"projection", record.key.projection},
          {"shard", record.key.shard},
          {"position", record.position},
          {"event_id_at_position", record.event_id_at_position.to_string()},
          {"epoch", record.epoch},
          {"generation", record.generation},
          {"version", record.projection_version},
          {"shards", record.shards},
          {"events_processed", record.events_processed},
          {"last_event_type", record.last_event_type},
          {"last_processed_at", or_null(record.last_processed_at)},
          {"owner", or_null(record.owner)},
          {"renewed_at", or_null(record.renewed_at)},
          {"failure", record.failure ? to_json(*record.failure) : json()},
          {"log_id", record.log_id}};
}

std::string owner_of(const checkpoint& record) {
  if (!record.owner)
    return "nobody";
  return describe_instance(*record.owner) +
         (is_provably_dead(*record.owner) ? ", which ended" : "");
}

exit_status show(const std::vector<recorded_projection>& projections, bool as_json,
                 console& terminal) {
  auto list = json::array();
  using enum text_table::align;
  text_table table{{{"projection", left, 0, 12},
                    {"position", right},
                    {"handled", right, 3},
                    {"version", right, 1},
                    {"last event", left, 2, 10},
                    {"owner", left, 0, 16},
                    {"failure", left, 0, 20}}};
  for (const auto& each : projections)
    for (const auto& record : records_of(each)) {
      list.push_back(to_json(record));
      table.add({to_string(record.key), with_commas(record.position),
                 with_commas(record.events_processed), std::to_string(record.projection_version),
                 record.last_event_type, owner_of(record),
                 record.failure ? record.failure->error : ""});
    }
  if (as_json)
    terminal.print_json({{"checkpoints", list}});
  else if (table.empty())
    terminal.out() << "There are no checkpoints yet: nothing has run so far.\n";
  else
    table.print(terminal.out(), terminal.columns());
  return exit_status::done;
}

position_t position_in(const std::string& text) {
  position_t position = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, position);
  if (failure != std::errc{} || stop != end || position < 0)
    throw usage_error{"a position is a whole number, 0 or more, not \"" + text + "\""};
  return position;
}

std::string named(position_span of) {
  return of.lowest == of.highest
             ? "position " + with_commas(of.lowest)
             : "positions " + with_commas(of.lowest) + " to " + with_commas(of.highest);
}

std::string events(position_t first, position_t last) {
  return first == last ? "event " + with_commas(first)
                       : "events " + with_commas(first) + " to " + with_commas(last);
}

/// Shards need not stand at one position, and then both may be so.
std::string consequence(position_span from, position_t to) {
  const bool several = from.lowest != from.highest;
  std::string text;
  if (from.highest > to)
    text = events(to + 1, from.highest) + " will be handled again" +
           (several ? " by the shards that have passed them" : "");
  if (from.lowest < to)
    text += (text.empty() ? "" : ", and ") + events(from.lowest + 1, to) +
            " will never be handled" + (several ? " by those that have not" : "");
  return text;
}

std::string question(const std::string& name, position_span from, position_t to) {
  const bool several = from.lowest != from.highest;
  return "Set " + name + (several ? ", whose shards stand at " : " from ") + named(from) +
         (several ? ", to " : " to ") + with_commas(to) + "? Its tables stay as they are; " +
         consequence(from, to) + ".";
}

exit_status set(const configuration& settings, const node_stores& stores,
                const std::vector<recorded_projection>& projections,
                const checkpoint_arguments& wanted, console& terminal) {
  if (wanted.words.more.size() != 2)
    throw usage_error{"set takes the name of a projection and a position"};
  const auto& of = find(projections, wanted.words.more.front());
  const auto to = position_in(wanted.words.more.back());
  const auto& name = of.spec->name;
  const auto records = records_of(of);
  const auto from = positions_of(of, records);
  if (from == position_span{to, to})
    throw usage_error{name + " stands at position " + with_commas(to) + " already"};
  if (!wanted.yes && !terminal.ask(question(name, from, to)))
    throw error{"nothing was done; --yes does not ask"};
  const node_lock only_one{lock_path(settings), socket_path(settings), settings.file};
  move_checkpoint(of, records, *stores.log().events, to, settings.engine.owner_timeout);
  logger{settings.engine.log}.write(log_level::warning, "checkpoint", name,
                                    "was set from " + named(from) + " to " + with_commas(to) +
                                        " by " + operator_name());
  if (wanted.json)
    terminal.print_json({{"projection", name}, {"from", from.lowest}, {"to", to}});
  else
    terminal.out() << name << " stands at position " << with_commas(to) << " now\n";
  return exit_status::done;
}

exit_status run_checkpoint(checkpoint_arguments& wanted, program_context& context) {
  resolve(wanted.words, {"show", "set"});
  if (wanted.words.action == "show" && !wanted.words.more.empty())
    throw usage_error{"show takes no \"" + wanted.words.more.front() + "\"; it shows all"};
  const auto settings = read_configuration(wanted.words.file, names_of(context.projections));
  const auto stores = open_existing(settings);
  const auto projections = recorded_projections(settings, stores, context.projections);
  if (wanted.words.action == "show")
    return show(projections, wanted.json, context.terminal);
  return set(settings, stores, projections, wanted, context.terminal);
}

} // namespace

command add_checkpoint_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("checkpoint", "Show or set where projections go on");
  const auto wanted = std::make_shared<checkpoint_arguments>();
  add_action(*parsed, wanted->words, "[FILE] show\n[FILE] set NAME POSITION");
  add_yes(*parsed, wanted->yes);
  add_json(*parsed, wanted->json);
  parsed->footer(
      "set changes the record and nothing else: events are handled twice or never. Only\n"
      "while no node runs the projection. To build tables anew, use rebuild.\n\n"
      "Examples:\n"
      "  waymark checkpoint show\n"
      "  waymark checkpoint shop/waymark.json set order-revenue 1200");
  return {parsed, [wanted](program_context& context) { return run_checkpoint(*wanted, context); }};
}

} // namespace waymark::node
