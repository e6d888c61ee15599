#include "messages/json_scanner.hpp"

#include "tests/catch.hpp"

#include <string>

using waymark::json_scanner;

namespace {

bool is_json(std::string_view text) {
  return json_scanner{text, 5}.is_json();
}

} // namespace

TEST_CASE("json scanner: takes JSON") {
  const auto text = GENERATE(
      as<std::string>{}, "null", " true ", "false", "0", "-0", "12.5e-3", "1E+9", "1e299", "\"\"",
      "\"caf\u00e9 \U0001f680 \\u00e9 \\ud83d\\ude80 \\\" \\\\ \\/ \\b\\f\\n\\r\\t\\u0000\"", "[]",
      "{}", "[ ]", "{ }", "[1, [2, {\"a\" : [], \"b\":{}}], null]", "{\"a\":1,\"a\":{\"b\":2}}",
      "[[[[[]]]]]", "\"[[[[[[\"", "1e-9999", "\"\x7f\"");
  CAPTURE(text);
  CHECK(is_json(text));
}

TEST_CASE("json scanner: takes nothing else") {
  const auto text =
      GENERATE(as<std::string>{}, "", " ", "nul", "nulll", "tru", "True", "+1", "01", "-", ".5",
               "1.", "1e", "1e+", "0x1", "NaN", "Infinity", "1 2", "[", "]", "[1", "[1,", "[1,]",
               "[,1]", "[1 2]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}",
               "{\"a\" 1}", "[}", "{]", "[]]", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"",
               "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"",
               "\"a\nb\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "/**/1",
               "'a'", std::string("1\0", 2), std::string("\"\0\"", 3), "[[[[[[]]]]]]",
               "\xef\xbb\xbf"
               "1");
  CAPTURE(text);
  CHECK_FALSE(is_json(text));
}

TEST_CASE("json scanner: leaves numbers near the end of the range to the parser") {
  CHECK(is_json(std::string(300, '9')));
  CHECK_FALSE(is_json(std::string(301, '9')));
  CHECK(is_json("1e299"));
  CHECK_FALSE(is_json("1e300"));
  CHECK_FALSE(is_json("1e99999999999999999999"));
  CHECK(is_json("1e-99999999999999999999"));
}
