#pragma once

#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <map>
#include <regex>
#include <string>
#include <string_view>

namespace waymark::test {

/// The pattern as a regular expression. Only what differs from run to run has a place holder: {n}
/// a number, {span} "12 s", {when} "in 12 s", {time} of RFC 3339, {id} of an event or a log,
/// {owner} a process on a host, {path} a file's, {application} a session's name behind ours,
/// {library} what libpq or SQLite says in its own words. The rest is literal.
inline std::regex expression_of(std::string_view pattern) {
  static const std::map<std::string, std::string, std::less<>> holders{
      {"n", "[0-9]+"},
      {"span", "[0-9]+ (ms|s|min|h)"},
      {"when", "(in [0-9]+ (ms|s|min|h)|at any moment)"},
      {"time", "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z"},
      {"id", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"},
      {"owner", "pid [0-9]+ on host [^ ;]+"},
      {"path", "[^ ]*"},
      {"application", "[^\"]*"},
      {"library", "[^;]+"}};
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '{') {
      const auto end = pattern.find('}', at);
      text += holders.at(std::string{pattern.substr(at + 1, end - at - 1)});
      at = end;
      continue;
    }
    if (std::string_view{".^$|()[]*+?\\"}.find(pattern[at]) != std::string_view::npos)
      text += '\\';
    text += pattern[at];
  }
  return std::regex{text};
}

/// Whether all of `text` is `pattern`.
inline bool is_like(const std::string& text, std::string_view pattern) {
  return std::regex_match(text, expression_of(pattern));
}

/// Whether the engine comes to explain a projection like `pattern`.
inline bool explains(const engine& it, const std::string& name, const std::string& pattern) {
  const bool found = eventually([&] { return is_like(it.explain(name), pattern); });
  if (!found)
    WARN(it.explain(name));
  return found;
}

} // namespace waymark::test
