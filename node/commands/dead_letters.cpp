#include "node/commands/dead_letters.hpp"

#include "node/action_words.hpp"
#include "node/arguments.hpp"
#include "node/letter_text.hpp"
#include "node/recorded_projections.hpp"
#include "node/text_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

struct letters_arguments {
  action_words words;
  std::string projection;
  std::int64_t limit = 100;
  bool json = false;
};

/// A letter, and how many events wait behind it.
struct found_letter {
  dead_letter letter;
  std::int64_t waiting = 0;
};

std::int64_t waiting_behind(const dead_letter& letter, projection_store& in) {
  const auto record = in.load(letter.key);
  if (!record || record->generation != letter.generation)
    return 0;
  const auto parked = in.parked_positions(letter.key, letter.sequence_key);
  return std::count_if(parked.begin(), parked.end(),
                       [&](position_t at) { return at > letter.position; });
}

std::vector<recorded_projection> wanted_of(std::vector<recorded_projection> all,
                                           const std::string& name) {
  return name.empty() ? std::move(all) : std::vector{find(all, name)};
}

/// The letters of each projection, oldest first, up to the limit in all.
std::vector<found_letter> listed(const std::vector<recorded_projection>& of, std::int64_t limit) {
  std::vector<found_letter> result;
  for (const auto& each : of) {
    letter_query query;
    query.projection = each.spec->name;
    query.limit = static_cast<std::size_t>(limit) - result.size();
    if (query.limit == 0)
      break;
    for (auto& letter : each.in->letters(query))
      result.push_back({letter, waiting_behind(letter, *each.in)});
  }
  return result;
}

exit_status list(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  const auto found = listed(of, wanted.limit);
  if (wanted.json) {
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

std::int64_t id_in(const letters_arguments& wanted) {
  const auto& more = wanted.words.more;
  std::int64_t id = 0;
  if (more.size() == 1)
    std::from_chars(more.front().data(), more.front().data() + more.front().size(), id);
  if (id <= 0 || std::to_string(id) != more.front())
    throw usage_error{"show takes the id of a letter; waymark dead-letters list shows them"};
  return id;
}

exit_status show(const std::vector<recorded_projection>& of, const letters_arguments& wanted,
                 console& terminal) {
  const auto id = id_in(wanted);
  std::vector<found_letter> found;
  for (const auto& each : of)
    if (auto letter = each.in->letter(id); letter && letter->key.projection == each.spec->name)
      found.push_back({*letter, waiting_behind(*letter, *each.in)});
  if (found.empty())
    throw usage_error{"there is no letter " + std::to_string(id)};
  if (found.size() > 1)
    throw usage_error{"several databases have a letter " + std::to_string(id) +
                      "; name its projection by --projection"};
  const auto& [letter, waiting] = found.front();
  if (wanted.json)
    terminal.out() << to_json_text(letter, waiting) << '\n';
  else
    terminal.out() << describe(letter, waiting);
  return exit_status::done;
}

exit_status run_letters(letters_arguments& wanted, program_context& context) {
  resolve(wanted.words, {"list", "show"});
  const auto settings = read_configuration(wanted.words.file, names_of(context.projections));
  const auto stores = open_existing(settings);
  const auto of =
      wanted_of(recorded_projections(settings, stores, context.projections), wanted.projection);
  return wanted.words.action == "list" ? list(of, wanted, context.terminal)
                                       : show(of, wanted, context.terminal);
}

} // namespace

command add_dead_letters_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("dead-letters", "Look at events that were given up");
  const auto wanted = std::make_shared<letters_arguments>();
  add_action(*parsed, wanted->words, "[FILE] list | show ID");
  parsed->add_option("--projection", wanted->projection, "Only letters of this one")
      ->type_name("NAME");
  parsed->add_option("--limit", wanted->limit, "At most so many")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str();
  add_json(*parsed, wanted->json);
  parsed->footer("Asks the stores, whether a node runs or not.\n\n"
                 "Examples:\n"
                 "  waymark dead-letters list\n"
                 "  waymark dead-letters shop/waymark.json list --projection order-revenue\n"
                 "  waymark dead-letters show 3");
  return {parsed, [wanted](program_context& context) { return run_letters(*wanted, context); }};
}

} // namespace waymark::node
