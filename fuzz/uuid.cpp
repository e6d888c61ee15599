#include <waymark/messages/uuid.hpp>

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <string>

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

} // namespace

void fuzz::one_input(std::string_view input) {
  auto id = waymark::uuid::parse(input);
  if (!id)
    return;
  if (canary && id->bytes[0] == 0x42)
    id->bytes[15] ^= 1;
  require(id->to_string() == lower(std::string{input}), "a UUID comes back as it was written");
  require(waymark::uuid::parse(id->to_string()) == id, "what is written can be read");
}
