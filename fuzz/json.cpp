#include "fuzz/fuzz.hpp"
#include "messages/json_scanner.hpp"
#include "messages/json_text.hpp"
#include "messages/text.hpp"

#include <nlohmann/json.hpp>

namespace {

bool parser_takes(std::string_view text) {
  return text.find('\0') == text.npos && nlohmann::json::accept(text);
}

/// What the scanner leaves to the parser although it is JSON.
bool is_left_to_parser(std::string_view text) {
  const bool byte_order_mark = text.substr(0, 1) == "\xef";
  const bool long_number = text.size() > 300;
  const bool exponent = text.find_first_of("eE") != text.npos;
  return byte_order_mark || long_number || exponent;
}

} // namespace

/// Holds the scanner of appends and the parser together.
void fuzz::one_input(std::string_view input) {
  constexpr int depth = 20;
  bool scanned = waymark::json_scanner{input, depth}.is_json();
  if (canary && input.find(",]") != input.npos)
    scanned = true;
  const bool parsed = parser_takes(input);
  const bool deep = waymark::is_nested_deeper(input, depth);
  require(!scanned || (parsed && !deep), "the parser takes what the scanner takes");
  require(scanned || !parsed || deep || is_left_to_parser(input),
          "the scanner takes what the parser takes");
  const auto mistake = waymark::find_json_mistake(input, depth);
  require(mistake.has_value() != (parsed && !deep), "what is not taken has a reason");
  require(!mistake || waymark::is_utf8(*mistake), "reasons are text");
  require(!parsed || waymark::is_utf8(input), "JSON is UTF-8");
}
