#include "line.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <vector>

namespace history {
namespace {

constexpr std::size_t time_length = 19;
constexpr std::size_t max_name_bytes = 400; // the name of a stream is bounded by the log

constexpr std::array<std::string_view, 8> states{
    "not-installed",   "config-files",     "half-installed",   "unpacked",
    "half-configured", "triggers-awaited", "triggers-pending", "installed"};

bool is_name(std::string_view text, std::string_view extra) {
  return !text.empty() && text.size() <= max_name_bytes &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  extra.find(c) != std::string_view::npos;
         });
}

bool is_version(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos)
      return words;
    text.remove_prefix(space + 1);
  }
}

/// "libfoo:amd64"; the architecture is missing in old logs.
struct package_name {
  std::string_view name;
  std::string_view architecture;
};

std::optional<package_name> parse_package(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (!is_name(name, "+-._"))
    return std::nullopt;
  if (colon == std::string_view::npos)
    return package_name{name, {}};
  const auto architecture = text.substr(colon + 1);
  if (architecture == "<none>")
    return package_name{name, {}};
  if (!is_name(architecture, "-"))
    return std::nullopt;
  return package_name{name, architecture};
}

parsed_line problem(std::string text) {
  return {std::nullopt, std::move(text)};
}

parsed_line not_a_package(std::string_view text) {
  return problem("\"" + escaped(text) + "\" is not a package's name");
}

/// "install libfoo:amd64 <none> 1.2-3"
template <class Action>
parsed_line parse_action(const std::vector<std::string_view>& words, std::string_view at) {
  if (words.size() != 4)
    return problem("\"" + std::string{words[0]} + "\" wants a package and two versions");
  const auto package = parse_package(words[1]);
  if (!package)
    return not_a_package(words[1]);
  if (!is_version(words[2]) || !is_version(words[3]))
    return problem("a version is missing or not printable");
  return {Action{{std::string{package->name}, std::string{package->architecture},
                  std::string{words[2]}, std::string{words[3]}, std::string{at}}},
          {}};
}

/// "status installed libfoo:amd64 1.2-3"
parsed_line parse_status(const std::vector<std::string_view>& words, std::string_view at) {
  if (words.size() != 4)
    return problem("\"status\" wants a state, a package and a version");
  if (std::find(states.begin(), states.end(), words[1]) == states.end())
    return problem("\"" + escaped(words[1]) + "\" is not a state that dpkg knows");
  const auto package = parse_package(words[2]);
  if (!package)
    return not_a_package(words[2]);
  if (!is_version(words[3]))
    return problem("the version is missing or not printable");
  return {status_changed{std::string{package->name}, std::string{package->architecture},
                         std::string{words[1]}, std::string{words[3]}, std::string{at}},
          {}};
}

/// "startup archives unpack"
parsed_line parse_startup(const std::vector<std::string_view>& words, std::string_view at) {
  if (words.size() != 3 || !is_name(words[1], "-") || !is_name(words[2], "-"))
    return problem("\"startup\" wants a subject and a command");
  return {dpkg_started{std::string{words[1]}, std::string{words[2]}, std::string{at}}, {}};
}

/// "conffile /etc/foo.conf keep"; the path may have spaces.
parsed_line parse_conffile(std::string_view rest, std::string_view at) {
  const auto space = rest.rfind(' ');
  if (space == std::string_view::npos || space == 0 || rest.front() != '/' ||
      !is_name(rest.substr(space + 1), "-"))
    return problem("\"conffile\" wants a path and what became of it");
  auto path = escaped(rest.substr(0, space));
  if (path.size() > max_name_bytes)
    return problem("the path is longer than " + std::to_string(max_name_bytes) + " bytes");
  return {conffile_decided{std::move(path), std::string{rest.substr(space + 1)}, std::string{at}},
          {}};
}

using action_parser = parsed_line (*)(const std::vector<std::string_view>&, std::string_view);
struct action_word {
  std::string_view word;
  action_parser parse;
};

constexpr std::array<action_word, 9> action_words{{
    {"status", parse_status},
    {"startup", parse_startup},
    {"install", parse_action<install_begun>},
    {"upgrade", parse_action<upgrade_begun>},
    {"configure", parse_action<configure_begun>},
    {"trigproc", parse_action<triggers_begun>},
    {"remove", parse_action<removal_begun>},
    {"purge", parse_action<purge_begun>},
    {"disappear", parse_action<package_disappeared>},
}};

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits))
    value = value * 10 + (c - '0');
  return value;
}

bool has_shape(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd dd:dd:dd";
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char wanted) {
           return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
         });
}

std::optional<std::tm> broken_down(std::string_view text) {
  if (!has_shape(text))
    return std::nullopt;
  std::tm tm{};
  tm.tm_year = number_at(text, 0, 4) - 1900;
  tm.tm_mon = number_at(text, 5, 2) - 1;
  tm.tm_mday = number_at(text, 8, 2);
  tm.tm_hour = number_at(text, 11, 2);
  tm.tm_min = number_at(text, 14, 2);
  tm.tm_sec = number_at(text, 17, 2);
  tm.tm_isdst = -1;
  const std::chrono::year_month_day day{std::chrono::year{tm.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(tm.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(tm.tm_mday)}};
  if (!day.ok() || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
    return std::nullopt;
  return tm;
}

/// Length of the printable UTF-8 character that `text` begins with; 0 if there is none.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80)
    return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool beyond = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  const bool control = lead == 0xc2 && second < 0xa0;
  return overlong || beyond || control ? 0 : length;
}

} // namespace

parsed_line parse_line(std::string_view text) {
  if (text.size() > max_line_bytes)
    return problem("longer than " + std::to_string(max_line_bytes) + " bytes");
  const auto at = text.substr(0, std::min(time_length, text.size()));
  if (!broken_down(at))
    return problem("does not begin with a date and a time");
  if (text.size() <= time_length + 1 || text[time_length] != ' ')
    return problem("ends after the time");
  const auto rest = text.substr(time_length + 1);
  const auto words = split(rest);
  if (words[0] == "conffile")
    return parse_conffile(rest.substr(std::min(rest.size(), words[0].size() + 1)), at);
  for (const auto& known : action_words)
    if (known.word == words[0])
      return known.parse(words, at);
  return problem("\"" + escaped(words[0]) + "\" is not a word that dpkg writes");
}

std::optional<waymark::timestamp> local_time(std::string_view text) {
  auto tm = broken_down(text);
  if (!tm)
    return std::nullopt;
  const auto seconds = std::mktime(&*tm);
  return waymark::timestamp{std::chrono::seconds{seconds}};
}

std::string escaped(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = printable_length(bytes);
    if (bytes.front() == '\\') {
      result += "\\\\";
    } else if (length > 0) {
      result += bytes.substr(0, length);
    } else {
      const auto byte = static_cast<unsigned char>(bytes.front());
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

} // namespace history
