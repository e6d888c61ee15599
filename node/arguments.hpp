#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}

/// Options and positional arguments that several commands have, with one wording. The variables
/// must outlive the parsing: keep them in a shared_ptr that the command's `run` holds too.
namespace waymark::node {

/// FILE, the configuration; `waymark.json` unless given.
CLI::Option* add_file(CLI::App& command, std::string& file);

/// --store URL, required.
CLI::Option* add_store(CLI::App& command, std::string& address);

/// --json: one document (or one a line) with stable field names, instead of text for people.
CLI::Option* add_json(CLI::App& command, bool& json);

/// --yes: does not ask.
CLI::Option* add_yes(CLI::App& command, bool& yes);

/// Says what is wrong with an option's value; empty if nothing is. For CLI::Option::check.
using value_check = std::function<std::string(const std::string&)>;

/// 0, 1, 2 … as far as 64 bits go.
[[nodiscard]] value_check whole_number();

[[nodiscard]] value_check one_of(std::vector<std::string> words);

} // namespace waymark::node
