#include "node/action_words.hpp"

#include <waymark/messages/error.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

namespace waymark::node {

void add_action(CLI::App& command, action_words& of, const std::string& usage) {
  command
      .add_option("FILE_AND_ACTION", of.words,
                  "The configuration (waymark.json unless given) and what to do")
      ->type_name("[FILE] ACTION")
      ->option_text(usage)
      ->expected(0, 4);
}

void resolve(action_words& of, const std::vector<std::string>& actions) {
  auto word = of.words.begin();
  const auto is_action = [&] {
    return word != of.words.end() &&
           std::find(actions.begin(), actions.end(), *word) != actions.end();
  };
  if (word != of.words.end() && !is_action())
    of.file = *word++;
  if (!is_action()) {
    std::string known;
    for (const auto& each : actions)
      known += (known.empty() ? "" : ", ") + each;
    std::error_code ignored;
    if (word == of.words.end() && !of.words.empty() && !std::filesystem::exists(of.file, ignored))
      throw usage_error{"\"" + of.file + "\" is neither a file nor what can be done: " + known};
    throw usage_error{"what to do is missing; one of: " + known};
  }
  of.action = *word++;
  of.more.assign(word, of.words.end());
}

} // namespace waymark::node
