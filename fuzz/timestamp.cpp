#include <waymark/messages/timestamp.hpp>

#include "fuzz/fuzz.hpp"

void fuzz::one_input(std::string_view input) {
  auto when = waymark::parse_timestamp(input);
  if (!when)
    return;
  require(*when >= waymark::earliest_timestamp && *when <= waymark::latest_timestamp,
          "a time is in the years 0000 to 9999");
  auto text = waymark::to_string(*when);
  if (canary && text.substr(11, 2) == "07")
    text[12] = '8';
  require(text.size() == 27, "a time has one form");
  require(waymark::parse_timestamp(text) == when, "what is written can be read");
}
