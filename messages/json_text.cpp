#include "messages/json_text.hpp"

#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>

#include "messages/json_scanner.hpp"
#include "messages/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace waymark {

namespace {

using nlohmann::json;

/// "[json.exception.parse_error.101] parse error at …" without the part in brackets, and readable
/// even if it quotes bytes that are not text.
std::string plain_words(const json::exception& e) {
  std::string_view text = e.what();
  if (const auto end = text.find("] "); end != std::string_view::npos)
    text.remove_prefix(end + 2);
  return readable(text, 300);
}

std::string too_deep(int max_depth) {
  return "nested deeper than " + std::to_string(max_depth) + " levels";
}

/// The parser takes a NUL for the end of the text, and would not look at what is behind it.
constexpr const char* nul_inside = "not JSON: it holds a NUL byte (write \\u0000 in a string)";

bool holds_nul(std::string_view text) noexcept {
  return text.find('\0') != text.npos;
}

/// Hears a parser's events and keeps nothing but the first complaint.
class json_listener final : public nlohmann::json_sax<json> {
 public:
  explicit json_listener(int max_depth) : max_depth_{max_depth} {}

  [[nodiscard]] std::optional<std::string> mistake() && { return std::move(mistake_); }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool parse_error(std::size_t, const std::string&, const json::exception& e) override {
    mistake_ = "not JSON: " + plain_words(e);
    return false;
  }

 private:
  bool enter() {
    if (++depth_ <= max_depth_)
      return true;
    mistake_ = too_deep(max_depth_);
    return false;
  }

  bool leave() {
    --depth_;
    return true;
  }

  int max_depth_;
  int depth_ = 0;
  std::optional<std::string> mistake_;
};

} // namespace

bool is_nested_deeper(std::string_view text, int max_depth) noexcept {
  if (text.size() <= static_cast<std::size_t>(max_depth)) // Each level takes a character.
    return false;
  const auto openers =
      std::count(text.begin(), text.end(), '{') + std::count(text.begin(), text.end(), '[');
  if (openers <= max_depth) // True of nearly all events, and much faster to find out.
    return false;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      in_string = !in_string;
    else if (in_string)
      i += c == '\\' ? 1 : 0;
    else if ((c == '{' || c == '[') && ++depth > max_depth)
      return true;
    else if (c == '}' || c == ']')
      --depth;
  }
  return false;
}

std::optional<std::string> find_json_mistake(std::string_view text, int max_depth) {
  if (json_scanner{text, max_depth}.is_json())
    return std::nullopt;
  if (holds_nul(text))
    return nul_inside;
  json_listener listener{max_depth};
  json::sax_parse(text, &listener);
  return std::move(listener).mistake();
}

json parse_json(std::string_view text) {
  constexpr int max_depth = append_limits{}.max_json_depth;
  if (is_nested_deeper(text, max_depth))
    throw decode_error{"the data is " + too_deep(max_depth)};
  if (holds_nul(text))
    throw decode_error{std::string{"the data is "} + nul_inside};
  try {
    return json::parse(text);
  } catch (const json::exception& e) {
    throw decode_error{"the data is not JSON: " + plain_words(e)};
  }
}

} // namespace waymark
