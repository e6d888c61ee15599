#include "node/commands/init.hpp"

#include "node/arguments.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace waymark::node {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view sample_configuration =
    R"json({
  // The log. A PostgreSQL database is "postgresql:///shop"; ${NAME} is an environment variable.
  "store": "sqlite:shop.db",

  "projections": {
    "order-revenue": {
      "tables": ["CREATE TABLE IF NOT EXISTS revenue )json"
    R"json((day TEXT PRIMARY KEY, cents BIGINT NOT NULL)"],
      // What a reset or rebuild does; the tables are made anew in the same transaction.
      "truncate": ["DROP TABLE IF EXISTS revenue"],
      "on": {
        // {/cents} is a value out of the event's data; it is bound, never pasted into the SQL.
        "OrderPlaced": "INSERT INTO revenue VALUES ({/day}, {/cents}) )json"
    R"json(ON CONFLICT (day) DO UPDATE SET cents = revenue.cents + excluded.cents",
        "OrderRefunded": "UPDATE revenue SET cents = cents - {/cents} WHERE day = {/day}"
      }
    },
    "customers": {
      "tables": ["CREATE TABLE IF NOT EXISTS customers )json"
    R"json((name TEXT PRIMARY KEY, orders BIGINT NOT NULL, last_order TEXT)"],
      "truncate": ["DROP TABLE IF EXISTS customers"],
      "on": {
        // {aggregate_id} is of the envelope; {/coupon?} would be NULL where an event has none.
        "OrderPlaced": "INSERT INTO customers VALUES ({/customer}, 1, {aggregate_id}) )json"
    R"json(ON CONFLICT (name) DO UPDATE SET orders = customers.orders + 1, )json"
    R"json(last_order = excluded.last_order"
      }
    }
  }
}
)json";

/// One line of the sample. The ids are fixed, so that appending twice changes nothing.
std::string sample_event(int number, std::string_view type, int order, std::string_view data) {
  std::string line{R"({"event_id": "0192f3a0-0000-7000-8000-00000000000)"};
  return line.append(std::to_string(number))
      .append(R"(", "aggregate_type": "Order", "aggregate_id": "o-)")
      .append(std::to_string(order))
      .append(R"(", "event_type": ")")
      .append(type)
      .append(R"(", "data": )")
      .append(data)
      .append("}\n");
}

std::string sample_events() {
  return sample_event(1, "OrderPlaced", 1,
                      R"({"day": "2026-11-20", "customer": "Ada", "cents": 1250})") +
         sample_event(2, "OrderPlaced", 2,
                      R"({"day": "2026-11-20", "customer": "Bob", "cents": 400})") +
         sample_event(3, "OrderPlaced", 3,
                      R"({"day": "2026-11-21", "customer": "Ada", "cents": 999})") +
         sample_event(4, "OrderRefunded", 2, R"({"day": "2026-11-20", "cents": 400})");
}

/// The word as a shell takes it.
std::string in_shell(const std::string& word) {
  constexpr std::string_view plain{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "./_-+,:@%"};
  if (word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string result{"'"};
  for (const char c : word)
    result += c == '\'' ? "'\\''" : std::string{c};
  return result + "'";
}

struct sample_file {
  fs::path path;
  std::string text;
};

void write(const sample_file& file) {
  std::ofstream out{file.path};
  out << file.text;
  out.flush();
  if (!out)
    throw error{"can't write " + file.path.string()};
}

exit_status run_init(const fs::path& folder, bool json, console& terminal) {
  const sample_file files[]{{folder / "waymark.json", std::string{sample_configuration}},
                            {folder / "events.jsonl", sample_events()}};
  for (const auto& file : files)
    if (fs::exists(file.path))
      throw usage_error{file.path.string() + " is there already; it is left as it is, and nothing "
                                             "is written"};
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw usage_error{"can't make the folder " + folder.string() + ": " + problem.message()};
  for (const auto& file : files)
    write(file);
  if (json) {
    terminal.print_json({{"folder", folder.string()},
                         {"written", {files[0].path.string(), files[1].path.string()}}});
    return exit_status::done;
  }
  terminal.out() << "Wrote " << files[0].path.string() << " and " << files[1].path.string()
                 << ". Next:\n";
  if (folder != ".")
    terminal.out() << "  cd " << in_shell(folder.string()) << '\n';
  terminal.out() << "  waymark append --store sqlite:shop.db events.jsonl\n"
                    "  waymark run --until-caught-up\n"
                    "  waymark status\n";
  return exit_status::done;
}

} // namespace

command add_init_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("init", "Write a small working configuration and events");
  const auto folder = std::make_shared<std::string>(".");
  const auto json = std::make_shared<bool>(false);
  parsed->add_option("DIR", *folder, "Where to, and made if it is not there; here unless given")
      ->type_name("[DIR]");
  add_json(*parsed, *json);
  parsed->footer("Examples:\n"
                 "  waymark init              # waymark.json and events.jsonl, here\n"
                 "  waymark init shop         # in the folder shop");
  return {parsed, [folder, json](program_context& context) {
            return run_init(*folder, *json, context.terminal);
          }};
}

} // namespace waymark::node
