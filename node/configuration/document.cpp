#include "node/configuration/document.hpp"

#include "messages/text.hpp"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::size_t max_depth = 256;

/// Follows the parser and notices members that stand twice, of which the parser keeps the last.
class twin_finder {
 public:
  explicit twin_finder(std::vector<configuration_mistake>& found) : found_{found} {}

  bool operator()(int depth, ordered_json::parse_event_t what, const ordered_json& value) {
    using event = ordered_json::parse_event_t;
    if (what == event::object_start || what == event::array_start) {
      enter(static_cast<std::size_t>(depth), what == event::array_start);
    } else if (what == event::key) {
      meet(value.get<std::string>());
    } else if (what == event::object_end || what == event::array_end) {
      levels_.pop_back();
    } else if (!levels_.empty()) {
      ++levels_.back().elements;
    }
    return true;
  }

 private:
  struct level {
    std::string path;
    bool is_array = false;
    std::size_t elements = 0;
    std::string key{};
    std::set<std::string> met{};
  };

  void enter(std::size_t depth, bool is_array) {
    if (depth >= max_depth)
      throw std::length_error{"nested deeper than " + std::to_string(max_depth) + " levels"};
    std::string path;
    if (!levels_.empty()) {
      auto& above = levels_.back();
      path = above.is_array ? path_to(above.path, above.elements++)
                            : path_to(above.path, above.key);
    }
    levels_.push_back({std::move(path), is_array});
  }

  void meet(std::string key) {
    auto& here = levels_.back();
    if (!here.met.insert(key).second)
      found_.push_back({path_to(here.path, key), "stands twice; each name is given once"});
    here.key = std::move(key);
  }

  std::vector<configuration_mistake>& found_;
  std::vector<level> levels_;
};

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  };
  for (const char c : text)
    if (!fits(c))
      return false;
  return !text.empty() && (text.front() < '0' || text.front() > '9');
}

/// Whether what stands between `before` and `behind` is a user's name or password in an address.
bool before_host(std::string_view before, std::string_view behind) {
  const auto slashes = before.find("://");
  return before.starts_with("postgres") && slashes != before.npos &&
         before.find_first_of("/?@", slashes + 3) == before.npos && behind.find('@') != behind.npos;
}

bool is_percent_code(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && std::isxdigit(static_cast<unsigned char>(text[1])) &&
         std::isxdigit(static_cast<unsigned char>(text[2]));
}

/// What would end a password within an address is written %2F; a %2F that stands there stays.
std::string percent_coded(std::string_view value) {
  constexpr std::string_view digits{"0123456789ABCDEF"};
  constexpr std::string_view plain{"-._~!$&'()*+,;=:"};
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (std::isalnum(byte) || plain.find(value[i]) != plain.npos ||
        is_percent_code(value.substr(i)))
      result += value[i];
    else
      result.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return result;
}

class environment_pass {
 public:
  explicit environment_pass(document& in) : in_{in} {}

  void visit(ordered_json& value, const std::string& path) {
    if (value.is_object())
      for (auto& [key, member] : value.items())
        visit(member, path_to(path, key));
    else if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i)
        visit(value[i], path_to(path, i));
    else if (value.is_string())
      replace(value.get_ref<std::string&>(), path);
  }

 private:
  void replace(std::string& text, const std::string& path) {
    std::string result;
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${")) {
      if (at > 0 && text[at - 1] == '$') {
        result += text.substr(0, at - 1) + "${";
        text.erase(0, at + 2);
        continue;
      }
      const auto end = text.find('}', at);
      const auto name = end == std::string::npos ? "" : text.substr(at + 2, end - at - 2);
      if (!is_name(name)) {
        complain(path, "expected the name of an environment variable in ${…}, found \"" +
                           readable(text.substr(at), 40) + "\"; for ${ itself write $${");
        break;
      }
      result += text.substr(0, at);
      const bool coded = before_host(result, std::string_view{text}.substr(end + 1));
      if (const char* const value = std::getenv(name.c_str()))
        result += coded ? percent_coded(value) : value;
      else
        in_.unset.push_back({path, "the environment variable " + name + " is not set"});
      in_.from_environment.insert(path);
      text.erase(0, end + 1);
    }
    text.insert(0, result);
  }

  void complain(const std::string& path, std::string what) {
    in_.mistakes.push_back({path, std::move(what)});
  }

  document& in_;
};

/// "line 3, column 7: …" out of what the parser says, without its own numbering of errors.
std::string syntax_error(std::string_view what) {
  const auto at = what.find("at line");
  return "not JSON: " + readable(at == std::string_view::npos ? what : what.substr(at), 300);
}

} // namespace

document parse_document(std::string_view text) {
  document result;
  try {
    auto parsed = ordered_json::parse(text, twin_finder{result.mistakes}, true, true);
    if (result.mistakes.empty())
      result.json = std::move(parsed);
  } catch (const ordered_json::exception& e) {
    result.mistakes.push_back({"", syntax_error(e.what())});
  } catch (const std::length_error& e) {
    result.mistakes.push_back({"", e.what()});
  }
  if (result.mistakes.empty())
    environment_pass{result}.visit(result.json, "");
  return result;
}

std::string path_to(const std::string& path, std::string_view member) {
  auto result = path + "/";
  for (const char c : member) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

std::string path_to(const std::string& path, std::size_t index) {
  return path + "/" + std::to_string(index);
}

} // namespace waymark::node
