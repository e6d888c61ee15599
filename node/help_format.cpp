#include "node/help_format.hpp"

#include <cstddef>
#include <sstream>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::size_t description_column = 28;
constexpr std::size_t columns = 80;

std::string wrapped(const std::string& text, std::size_t width) {
  std::string result;
  std::size_t used = 0;
  std::istringstream words{text};
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > width)
      result += '\n', used = 0;
    else if (used > 0)
      result += ' ', ++used;
    result += word;
  }
  return result;
}

std::string shapes_of(const CLI::Option& positional) {
  const auto several = positional.get_option_text();
  return several.empty() ? positional.get_type_name() : several;
}

/// What stands before the positional arguments.
std::string beginning_of(const CLI::App& app, const std::string& name) {
  auto text = name;
  if (!app.get_subcommands([](const CLI::App*) { return true; }).empty())
    text += " COMMAND";
  for (const auto* each : app.get_options())
    if (each->get_required() && each->nonpositional())
      text += " " + each->get_name() + " " + each->get_type_name();
  return text + " [OPTION]...";
}

} // namespace

help_format::help_format() {
  column_width(description_column);
}

std::string help_format::make_usage(const CLI::App* app, std::string name) const {
  const auto beginning = beginning_of(*app, name);
  std::string shapes;
  for (const auto* each : app->get_options())
    if (each->get_positional())
      shapes += (shapes.empty() ? "" : " ") + shapes_of(*each);
  std::string text;
  std::istringstream lines{shapes.empty() ? "\n" : shapes};
  for (std::string line; std::getline(lines, line);)
    text += (text.empty() ? "Usage: " : "       ") + beginning + (line.empty() ? "" : " " + line) +
            "\n";
  return text;
}

std::string help_format::make_option_name(const CLI::Option* option, bool is_positional) const {
  return is_positional ? option->get_type_name()
                       : CLI::Formatter::make_option_name(option, is_positional);
}

std::string help_format::make_option_opts(const CLI::Option* option) const {
  return option->get_positional() ? "" : CLI::Formatter::make_option_opts(option);
}

std::string help_format::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description(), columns - description_column);
}

} // namespace waymark::node
