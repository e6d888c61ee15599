#include "node/arguments.hpp"

#include <CLI/CLI.hpp>

namespace waymark::node {

CLI::Option* add_file(CLI::App& command, std::string& file) {
  file = "waymark.json";
  return command.add_option("FILE", file, "The configuration")->capture_default_str();
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

CLI::Option* add_yes(CLI::App& command, bool& yes) {
  return command.add_flag("-y,--yes", yes, "Do not ask");
}

} // namespace waymark::node
