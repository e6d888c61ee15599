#include "node/arguments.hpp"

#include "messages/text.hpp"
#include "node/configuration/durations.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace waymark::node {

namespace {

std::string not_utf8(const std::string& text) {
  return is_utf8(text) ? "" : "\"" + readable(text) + "\" is not UTF-8";
}

} // namespace

CLI::Option* add_file(CLI::App& command, std::string& file) {
  file = "waymark.json";
  return command.add_option("FILE", file, "The configuration; waymark.json unless given")
      ->type_name("[FILE]");
}

CLI::Option* add_store(CLI::App& command, std::string& address) {
  return command
      .add_option("--store", address, "Address of the log: sqlite:FILE or postgresql://...")
      ->required()
      ->type_name("URL");
}

CLI::Option* add_json(CLI::App& command, bool& json) {
  return command.add_flag("--json", json, "Print JSON for programs");
}

CLI::App* add_command(CLI::App& program, const char* name, const char* description) {
  return program.add_subcommand(name, description);
}

void add_flag(CLI::App& command, const char* name, bool& flag, const char* description) {
  command.add_flag(name, flag, description);
}

void add_footer(CLI::App& command, const char* text) {
  command.footer(text);
}

CLI::Option* add_yes(CLI::App& command, bool& yes) {
  return command.add_flag("-y,--yes", yes, "Do not ask");
}

value_check whole_number() {
  return [](const std::string& text) -> std::string {
    std::int64_t value = -1;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool good = error == std::errc{} && stop == end && value >= 0;
    return good ? "" : "\"" + text + "\" is not a whole number, 0 or more";
  };
}

value_check some_text() {
  return [](const std::string& text) {
    return text.empty() ? "is empty; leave it out if nothing is meant" : not_utf8(text);
  };
}

value_check any_text() {
  return &not_utf8;
}

timestamp moment_in(const std::string& option, const std::string& text) {
  if (const auto ago = parse_duration(text))
    return clock::system().now() - *ago;
  if (const auto when = parse_timestamp(text))
    return *when;
  throw usage_error{option + " takes a time like 2026-11-22T10:00:00Z, or how long ago, like " +
                    "30m or 24h; not \"" + text + "\""};
}

value_check one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end())
      return "";
    std::string known;
    for (const auto& each : words)
      known += (known.empty() ? "" : " or ") + each;
    return "\"" + text + "\" is not " + known;
  };
}

} // namespace waymark::node
