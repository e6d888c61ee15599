#include "node/commands/dead_letters.hpp"

#include "node/action_words.hpp"
#include "node/arguments.hpp"
#include "node/commands/settle_letters.hpp"
#include "node/letter_text.hpp"
#include "node/recorded_projections.hpp"
#include "node/stored_letters.hpp"
#include "node/text_table.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <limits>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

struct letters_arguments {
  action_words words;
  letter_selection which;
  std::string projection;
  std::string key;
  std::int64_t limit = 100;
  bool limited = false;
  bool dry_run = false;
  settle_manners manners;
};

exit_status list(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  const auto found = stored_letters(of, wanted.which, static_cast<std::size_t>(wanted.limit));
  if (wanted.manners.json) {
    std::string text;
    for (const auto& each : found)
      text += (text.empty() ? "" : ",") + to_json_text(each.letter, each.waiting);
    terminal.out() << "{\"letters\":[" << text << "]}\n";
    return exit_status::done;
  }
  text_table table{{{"id", text_table::align::right},
                    {"projection"},
                    {"position", text_table::align::right},
                    {"event"},
                    {"key"},
                    {"attempts", text_table::align::right},
                    {"waiting", text_table::align::right},
                    {"error"}}};
  for (const auto& [letter, waiting] : found)
    table.add({std::to_string(letter.id), to_string(letter.key), with_commas(letter.position),
               letter.subject.event_type, shown_key(letter.sequence_key),
               std::to_string(letter.attempts.size()), with_commas(waiting), letter.error});
  if (table.empty())
    terminal.out() << "There are no dead letters.\n";
  else
    table.print(terminal.out());
  return exit_status::done;
}

std::int64_t id_in(const action_words& words) {
  const auto& more = words.more;
  std::int64_t id = 0;
  if (more.size() == 1)
    std::from_chars(more.front().data(), more.front().data() + more.front().size(), id);
  if (id <= 0 || std::to_string(id) != more.front())
    throw usage_error{words.action +
                      " takes the id of a letter; waymark dead-letters list shows them"};
  return id;
}

exit_status show(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  const auto [letter, waiting] =
      stored_letter_of(of, id_in(wanted.words), wanted.which.projection);
  if (wanted.manners.json)
    terminal.out() << to_json_text(letter, waiting) << '\n';
  else
    terminal.out() << describe(letter, waiting);
  return exit_status::done;
}

exit_status export_letters(const std::vector<recorded_projection>& of,
                           const letters_arguments& wanted, console& terminal) {
  const auto limit = wanted.limited ? static_cast<std::size_t>(wanted.limit)
                                    : std::numeric_limits<std::size_t>::max();
  for (const auto& [letter, waiting] : stored_letters(of, wanted.which, limit))
    terminal.out() << to_json_text(letter, waiting) << '\n';
  return exit_status::done;
}

/// What the words and options select. @throws usage_error for what does not go together.
void select(letters_arguments& wanted) {
  const auto& words = wanted.words;
  auto& which = wanted.which;
  if (!wanted.projection.empty())
    which.projection = wanted.projection;
  if (!wanted.key.empty())
    which.sequence_key = wanted.key;
  if (!words.more.empty() && words.action != "show")
    which.id = id_in(words);
  if (which.all && (which.id || which.projection || which.sequence_key))
    throw usage_error{"--all means every letter: give it alone"};
  const bool settles = words.action == "retry" || words.action == "discard";
  if (settles && !which.names_something())
    throw usage_error{"which letters? Give an id, --key, --projection or --all"};
}

exit_status run_letters(letters_arguments& wanted, program_context& context) {
  resolve(wanted.words, {"list", "show", "retry", "discard", "export"});
  select(wanted);
  const auto settings = read_configuration(wanted.words.file, names_of(context.projections));
  const auto stores = open_existing(settings);
  const auto of = recorded_projections(settings, stores, context.projections);
  const auto& action = wanted.words.action;
  if (action == "list")
    return list(of, wanted, context.terminal);
  if (action == "show")
    return show(of, wanted, context.terminal);
  if (action == "export")
    return export_letters(of, wanted, context.terminal);
  settle_request request;
  request.which = wanted.which;
  request.options.dry_run = wanted.dry_run;
  return settle_letters(settings, stores, of,
                        action == "retry" ? settle_verb::retry : settle_verb::discard, request,
                        wanted.manners, context.terminal);
}

} // namespace

command add_dead_letters_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("dead-letters", "See and settle events that were given up");
  const auto wanted = std::make_shared<letters_arguments>();
  add_action(*parsed, wanted->words, "[FILE] list | show ID | retry [ID] | discard [ID] | export");
  parsed->add_option("--projection", wanted->projection, "Only letters of this one")
      ->type_name("NAME");
  parsed->add_option("--key", wanted->key, "Only letters of this key, as list shows it")
      ->type_name("K");
  parsed->add_flag("--all", wanted->which.all, "retry, discard: every letter there is");
  parsed->add_flag("--dry-run", wanted->dry_run,
                   "retry, discard: say what would happen; nothing is changed");
  add_yes(*parsed, wanted->manners.yes);
  auto* limit = parsed->add_option("--limit", wanted->limit, "list, export: at most so many")
                    ->check(whole_number())
                    ->type_name("N");
  add_json(*parsed, wanted->manners.json);
  parsed->footer(
      "list, show and export ask the stores. retry and discard go through the running node; where\n"
      "none runs they start the projections concerned for a moment. A key stops at its first\n"
      "failure. discard passes an event for good; what waits behind it is projected.\n\n"
      "Examples:\n"
      "  waymark dead-letters list\n"
      "  waymark dead-letters shop/waymark.json show 3\n"
      "  waymark dead-letters retry 3 --dry-run\n"
      "  waymark dead-letters retry --projection order-revenue --yes\n"
      "  waymark dead-letters discard --key Order/o-17\n"
      "  waymark dead-letters export > letters.jsonl   # JSON Lines");
  return {parsed, [wanted, limit](program_context& context) {
            wanted->limited = limit->count() > 0;
            return run_letters(*wanted, context);
          }};
}

} // namespace waymark::node
