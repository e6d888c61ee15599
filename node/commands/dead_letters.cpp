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
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

namespace waymark::node {

namespace {

struct letters_arguments {
  action_words words;
  letter_selection which;
  std::string projection;
  std::string key;
  std::string error;
  std::string type;
  std::string since;
  std::string before;
  std::string by;
  std::int64_t limit = 100;
  bool limited = false;
  bool settled = false;
  bool history = false;
  bool dry_run = false;
  settle_manners manners;
};

letter_age age_of(const letters_arguments& wanted) {
  return wanted.history ? letter_age::any : letter_age::current;
}

/// Prints at most `limit` rows, and says if there are more.
void print(text_table& table, bool more, const char* nothing, const letters_arguments& wanted,
           console& terminal) {
  if (table.empty())
    terminal.out() << nothing << '\n';
  else
    table.print(terminal.out(), terminal.columns());
  if (more)
    terminal.out() << "There are more; --limit says how many are shown (" << wanted.limit
                   << " now).\n";
}

/// One more than is shown, so that it is known whether there are more.
template <class T>
bool cut(std::vector<T>& found, std::int64_t limit) {
  const auto size = static_cast<std::size_t>(limit);
  const bool more = found.size() > size;
  if (more)
    found.resize(size);
  return more;
}

exit_status list(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  auto found =
      stored_letters(of, wanted.which, age_of(wanted), static_cast<std::size_t>(wanted.limit) + 1);
  const bool more = cut(found, wanted.limit);
  if (wanted.manners.json) {
    terminal.print_json_text(to_json_text(found));
    return exit_status::done;
  }
  text_table table{{{"id", text_table::align::right},
                    {"projection", text_table::align::left, 0, 12},
                    {"position", text_table::align::right, 2},
                    {"event", text_table::align::left, 0, 10},
                    {"key", text_table::align::left, 0, 12},
                    {"attempts", text_table::align::right, 1},
                    {"waiting", text_table::align::right, 3},
                    {"error", text_table::align::left, 0, 24}}};
  for (const auto& each : found) {
    const auto& letter = each.letter;
    table.add({std::to_string(letter.id), to_string(letter.key), with_commas(letter.position),
               letter.subject.event_type, shown_key(letter.sequence_key),
               std::to_string(letter.attempts.size()),
               each.current ? with_commas(each.waiting) : "history", letter.error});
  }
  print(table, more, "There are no dead letters.", wanted, terminal);
  return exit_status::done;
}

exit_status list_settled(const std::vector<recorded_projection>& of,
                         const letters_arguments& wanted, console& terminal) {
  auto found = stored_settlements(of, wanted.which, static_cast<std::size_t>(wanted.limit) + 1);
  const bool more = cut(found, wanted.limit);
  if (wanted.manners.json) {
    terminal.print_json(to_json(found));
    return exit_status::done;
  }
  text_table table{{{"id", text_table::align::right},
                    {"projection", text_table::align::left, 0, 12},
                    {"position", text_table::align::right, 1},
                    {"event", text_table::align::left, 3, 10},
                    {"key", text_table::align::left, 0, 12},
                    {"how", text_table::align::left},
                    {"by", text_table::align::left, 0, 10},
                    {"when", text_table::align::left, 0, 10},
                    {"error", text_table::align::left, 2, 16}}};
  for (const auto& each : found)
    table.add({std::to_string(each.letter_id), to_string(each.key), with_commas(each.position),
               each.event_type, shown_key(each.sequence_key), to_string(each.how.verb),
               each.how.by, to_string(each.how.at), each.error});
  print(table, more, "No dead letters have been settled.", wanted, terminal);
  return exit_status::done;
}

std::int64_t id_in(const action_words& words) {
  const auto& more = words.more;
  std::int64_t id = 0;
  if (more.size() == 1)
    std::from_chars(more.front().data(), more.front().data() + more.front().size(), id);
  if (id <= 0 || std::to_string(id) != more.front())
    throw usage_error{words.action + " takes the id of a letter" +
                      (more.empty() ? "" : ", not \"" + more.front() + "\"") +
                      "; waymark dead-letters list shows them (a file stands in front: "
                      "waymark dead-letters FILE " +
                      words.action + ")"};
  return id;
}

exit_status show(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  const auto found = stored_letter_of(of, id_in(wanted.words), wanted.which.projection);
  if (wanted.manners.json)
    terminal.print_json_text(to_json_text(found));
  else
    terminal.out() << describe(found);
  return exit_status::done;
}

exit_status export_letters(const std::vector<recorded_projection>& of,
                           const letters_arguments& wanted, console& terminal) {
  const auto limit = wanted.limited ? static_cast<std::size_t>(wanted.limit)
                                    : std::numeric_limits<std::size_t>::max();
  for (const auto& each : stored_letters(of, wanted.which, age_of(wanted), limit))
    terminal.print_json_text(to_json_text(each));
  return exit_status::done;
}

void take(const std::string& text, std::optional<std::string>& into) {
  if (!text.empty())
    into = text;
}

/// What the words and options select. @throws usage_error for what does not go together.
void select(letters_arguments& wanted) {
  const auto& words = wanted.words;
  auto& which = wanted.which;
  const bool all = std::exchange(which.all, false);
  take(wanted.projection, which.projection);
  take(wanted.key, which.sequence_key);
  take(wanted.error, which.error_contains);
  take(wanted.type, which.event_type);
  if (!wanted.since.empty())
    which.since = moment_in("--since", wanted.since);
  if (!wanted.before.empty())
    which.until = moment_in("--before", wanted.before);
  if (!words.more.empty() && words.action != "show")
    which.id = id_in(words);
  if (all && which.names_something())
    throw usage_error{"--all means every letter: give it alone"};
  which.all = all;
  const bool settles = words.action == "retry" || words.action == "discard";
  if (settles && !which.names_something())
    throw usage_error{"which letters? Give an id, --projection, --key, --type, --error, --since, "
                      "--before or --all"};
}

struct option_use {
  const char* option;
  std::string_view actions; ///< Those that it goes with.
};

constexpr option_use uses[]{
    {"--key", "list, retry, discard and export"},
    {"--type", "list, retry, discard and export"},
    {"--error", "list, retry, discard and export"},
    {"--since", "list, retry, discard and export"},
    {"--before", "list, retry, discard and export"},
    {"--all", "list, retry, discard and export"},
    {"--settled", "list"},
    {"--history", "list and export"},
    {"--limit", "list and export"},
    {"--dry-run", "retry and discard"},
    {"--yes", "retry and discard"},
    {"--by", "retry and discard"},
};

/// An option that would change nothing may be thought to limit what is done.
void refuse_misplaced(const CLI::App& given, const std::string& action) {
  for (const auto& [option, actions] : uses)
    if (given.get_option(option)->count() > 0 && actions.find(action) == std::string_view::npos)
      throw usage_error{std::string{option} + " goes with " + std::string{actions} + ", not with " +
                        action};
}

exit_status run_letters(letters_arguments& wanted, const CLI::App& given,
                        program_context& context) {
  resolve(wanted.words, {"list", "show", "retry", "discard", "export"});
  refuse_misplaced(given, wanted.words.action);
  select(wanted);
  const auto settings = read_configuration(wanted.words.file, names_of(context.projections));
  const auto stores = open_existing(settings);
  const auto of = recorded_projections(settings, stores, context.projections);
  const auto& action = wanted.words.action;
  if (action == "list" && wanted.settled)
    return list_settled(of, wanted, context.terminal);
  if (action == "list")
    return list(of, wanted, context.terminal);
  if (action == "show")
    return show(of, wanted, context.terminal);
  if (action == "export")
    return export_letters(of, wanted, context.terminal);
  settle_request request;
  request.which = wanted.which;
  request.options.dry_run = wanted.dry_run;
  request.options.by = wanted.by;
  return settle_letters(settings, stores, of,
                        action == "retry" ? settle_verb::retry : settle_verb::discard, request,
                        wanted.manners, context.terminal);
}

} // namespace

command add_dead_letters_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("dead-letters", "See and settle events that were given up");
  const auto wanted = std::make_shared<letters_arguments>();
  add_action(*parsed, wanted->words,
             "[FILE] list|export\n[FILE] show ID\n[FILE] retry|discard [ID]");
  parsed->add_option("--projection", wanted->projection, "Only letters of this one")
      ->check(some_text())
      ->type_name("NAME");
  parsed->add_option("--key", wanted->key, "Only letters of this key, as list shows it")
      ->check(some_text())
      ->type_name("K");
  parsed->add_option("--type", wanted->type, "Only letters of events of this type")
      ->check(some_text())
      ->type_name("T");
  parsed->add_option("--error", wanted->error, "Only letters whose error has this in it")
      ->check(some_text())
      ->type_name("TEXT");
  parsed->add_option("--since", wanted->since, "Only letters written then or later: 24h (ago), or "
                                               "2026-11-22T10:00:00Z")
      ->check(some_text())
      ->type_name("TIME");
  parsed->add_option("--before", wanted->before, "Only letters written before that")
      ->check(some_text())
      ->type_name("TIME");
  parsed->add_flag("--settled", wanted->settled,
                   "list: those that were retried or discarded, by whom and when");
  parsed->add_flag("--history", wanted->history,
                   "list, export: also those of before a reset, which can't be settled");
  parsed->add_flag("--all", wanted->which.all, "retry, discard: every letter there is");
  parsed->add_flag("--dry-run", wanted->dry_run,
                   "retry, discard: say what would happen; nothing is changed");
  add_yes(*parsed, wanted->manners.yes);
  parsed->add_option("--by", wanted->by,
                     "retry, discard: who wants it; you at this host, unless given")
      ->check(some_text())
      ->type_name("NAME");
  auto* limit = parsed->add_option("--limit", wanted->limit, "list, export: at most so many")
                    ->check(whole_number())
                    ->type_name("N");
  add_json(*parsed, wanted->manners.json);
  parsed->footer(
      "list, show and export ask the stores. retry and discard go through the running\n"
      "node; where none runs they start the projections concerned for a moment. A key\n"
      "stops at its first failure. discard passes an event for good; what waits behind\n"
      "it is projected.\n\n"
      "Examples:\n"
      "  waymark dead-letters list\n"
      "  waymark dead-letters shop/waymark.json show 3\n"
      "  waymark dead-letters retry 3 --dry-run\n"
      "  waymark dead-letters retry --projection order-revenue --yes\n"
      "  waymark dead-letters retry --type OrderPlaced --error \"no such\" --since 24h\n"
      "  waymark dead-letters discard --key Order/o-17\n"
      "  waymark dead-letters list --settled\n"
      "  waymark dead-letters export > letters.jsonl   # JSON Lines");
  return {parsed, [wanted, parsed, limit](program_context& context) {
            wanted->limited = limit->count() > 0;
            return run_letters(*wanted, *parsed, context);
          }};
}

} // namespace waymark::node
