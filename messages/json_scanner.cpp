#include "messages/json_scanner.hpp"

#include "messages/text.hpp"

#include <algorithm>

namespace waymark {

namespace {

/// A number with at most so many places before the point is surely in the range of a double.
constexpr int max_places = 300;

/// The value of four hexadecimal digits, or -1.
int hex4(const char* at, const char* end) noexcept {
  if (end - at < 4)
    return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// What a string may hold as it stands: printable ASCII but for the quote and the backslash.
constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

} // namespace

bool json_scanner::is_json() {
  while (!done_)
    if (!value())
      return false;
  skip_blanks();
  return at_ == end_;
}

/// Reads a value, or the beginning of one, and what follows it up to the next value.
bool json_scanner::value() {
  skip_blanks();
  if (at_ == end_)
    return false;
  switch (*at_) {
  case '{':
    return open('}');
  case '[':
    return open(']');
  case '"':
    return string() && after_value();
  case 't':
    return word("true") && after_value();
  case 'f':
    return word("false") && after_value();
  case 'n':
    return word("null") && after_value();
  default:
    return number() && after_value();
  }
}

bool json_scanner::open(char bracket) {
  ++at_;
  if (static_cast<int>(open_.size()) >= max_depth_)
    return false;
  open_.push_back(bracket);
  skip_blanks();
  if (at_ != end_ && *at_ == bracket)
    return after_value();
  return bracket == ']' || key();
}

/// Closes what ends here. Afterwards a value is next, or all is done.
bool json_scanner::after_value() {
  while (!open_.empty()) {
    skip_blanks();
    if (take(','))
      return open_.back() == ']' || key();
    if (!take(open_.back()))
      return false;
    open_.pop_back();
  }
  done_ = true;
  return true;
}

bool json_scanner::key() {
  skip_blanks();
  if (at_ == end_ || *at_ != '"' || !string())
    return false;
  skip_blanks();
  return take(':');
}

bool json_scanner::string() {
  for (++at_; at_ != end_;) {
    if (is_plain(*at_))
      ++at_;
    else if (take('"'))
      return true;
    else if (take('\\') ? !escape() : !character())
      return false;
  }
  return false;
}

bool json_scanner::escape() {
  if (at_ == end_)
    return false;
  const char c = *at_++;
  if (c != 'u')
    return std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
  const int unit = hex4(at_, end_);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
    return false;
  at_ += 4;
  if (unit < 0xd800 || unit > 0xdbff)
    return true;
  if (!take('\\') || !take('u'))
    return false;
  const int low = hex4(at_, end_);
  at_ += low < 0 ? 0 : 4;
  return low >= 0xdc00 && low <= 0xdfff;
}

/// A character of more than one byte.
bool json_scanner::character() {
  const auto length = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
  at_ += length;
  return length > 1;
}

bool json_scanner::digits() {
  if (!sees_digit())
    return false;
  while (sees_digit())
    ++at_;
  return true;
}

/// A number that may be near the end of a double's range is left to the parser.
bool json_scanner::number() {
  (void)take('-');
  const auto* const first = at_;
  if (!digits() || (*first == '0' && at_ - first > 1))
    return false;
  const auto places = at_ - first;
  if (take('.') && !digits())
    return false;
  return places <= max_places && (!(take('e') || take('E')) || exponent(places));
}

bool json_scanner::exponent(std::ptrdiff_t places) {
  const bool negative = take('-');
  if (!negative)
    (void)take('+');
  const auto* const first = at_;
  if (!digits())
    return false;
  int value = 0;
  for (const auto* digit = first; digit != at_ && value <= max_places; ++digit)
    value = value * 10 + (*digit - '0');
  return negative || places + value <= max_places;
}

bool json_scanner::word(std::string_view wanted) {
  if (std::string_view{at_, static_cast<std::size_t>(end_ - at_)}.substr(0, wanted.size()) !=
      wanted)
    return false;
  at_ += wanted.size();
  return true;
}

} // namespace waymark
