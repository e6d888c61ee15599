#include "node/target.hpp"

#include <waymark/messages/error.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>

namespace waymark::node {

namespace {

/// A folder may have the name of a projection.
bool looks_like_file(const std::string& word) {
  std::error_code ignored;
  return word.ends_with(".json") || (std::filesystem::exists(word, ignored) &&
                                     !std::filesystem::is_directory(word, ignored));
}

} // namespace

void add_target(CLI::App& command, target& of, bool name_required) {
  auto* words = command.add_option(
      "FILE_AND_NAME", of.words,
      name_required ? "The configuration (waymark.json unless given) and a projection's name"
                    : "The configuration (waymark.json unless given) and a projection, or all");
  words->type_name(name_required ? "[FILE] NAME" : "[FILE] [NAME]")->expected(0, 2);
}

void resolve(target& of, bool name_required) {
  auto& words = of.words;
  const bool name_alone =
      words.size() == 1 && (name_required || !looks_like_file(words.front()));
  if (!words.empty() && !name_alone)
    of.file = words.front();
  if (words.size() == 2 || name_alone)
    of.name = words.back();
  if (name_required && of.name.empty())
    throw usage_error{"the name of a projection is missing; waymark status lists them"};
}

} // namespace waymark::node
