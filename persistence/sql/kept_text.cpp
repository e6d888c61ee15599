#include "persistence/sql/kept_text.hpp"

#include "messages/text.hpp"

namespace waymark::sql {

namespace {

constexpr std::string_view mark{"\x01hex:"};
constexpr std::string_view digits{"0123456789abcdef"};

} // namespace

std::string to_kept(std::string_view bytes) {
  const bool plain = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos &&
                     !bytes.starts_with(mark.front());
  if (plain)
    return std::string{bytes};
  std::string text{mark};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string from_kept(std::string_view text) {
  const auto hex = text.starts_with(mark) ? text.substr(mark.size()) : std::string_view{};
  const bool whole = hex.find_first_not_of(digits) == std::string_view::npos && hex.size() % 2 == 0;
  if (!text.starts_with(mark) || !whole)
    return std::string{text};
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(digits.find(hex[i]) * 16 + digits.find(hex[i + 1]));
  return bytes;
}

} // namespace waymark::sql
