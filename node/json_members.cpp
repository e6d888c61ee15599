#include "node/json_members.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace waymark::node {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Walks over JSON that is known to be right; at the end of the text it stands still.
class walker {
 public:
  explicit walker(std::string_view text) noexcept : text_{text} {}

  [[nodiscard]] char front() noexcept {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void step() noexcept { at_ = std::min(at_ + 1, text_.size()); }

  [[nodiscard]] std::string_view value() noexcept {
    const char first = front();
    const auto begin = at_;
    if (first == '"')
      skip_string();
    else if (first == '{' || first == '[')
      skip_nested();
    else
      at_ = std::min(text_.find_first_of(",}] \t\r\n", at_), text_.size());
    return text_.substr(begin, at_ - begin);
  }

 private:
  void skip_string() noexcept {
    for (step(); at_ < text_.size() && text_[at_] != '"'; step())
      if (text_[at_] == '\\')
        step();
    step();
  }

  void skip_nested() noexcept {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      step();
      if (c == '{' || c == '[')
        ++depth;
      else if ((c == '}' || c == ']') && --depth == 0)
        return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool needs_no_escape(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

} // namespace

std::vector<json_member> json_members(std::string_view text) {
  std::vector<json_member> result;
  result.reserve(8);
  walker at{text};
  if (at.front() != '{')
    return result;
  at.step();
  while (at.front() == '"') {
    json_member member;
    member.key = at.value();
    member.name = json_string_text(member.key);
    if (at.front() == ':')
      at.step();
    member.value = at.value();
    result.push_back(std::move(member));
    if (at.front() == ',')
      at.step();
  }
  return result;
}

std::vector<std::string_view> json_elements(std::string_view text) {
  std::vector<std::string_view> result;
  walker at{text};
  if (at.front() != '[')
    return result;
  at.step();
  while (at.front() != ']' && at.front() != '\0') {
    result.push_back(at.value());
    if (at.front() == ',')
      at.step();
  }
  return result;
}

std::string json_string_text(std::string_view value) {
  if (value.find('\\') == value.npos)
    return std::string{value.substr(1, value.size() - 2)};
  return nlohmann::json::parse(value).get<std::string>();
}

void append_json_string(std::string& out, std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), needs_no_escape)) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

} // namespace waymark::node
