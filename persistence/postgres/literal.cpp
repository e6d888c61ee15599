#include "persistence/postgres/literal.hpp"

#include <algorithm>
#include <charconv>

namespace waymark::postgres {

namespace {

char as_ascii(unsigned int code) noexcept {
  return code < 0x80 ? static_cast<char>(code) : '?';
}

/// Reads what is between quotes, one character of its meaning after the other.
class unquoting {
 public:
  unquoting(std::string_view all, std::size_t quote, char escape, bool c_style)
      : all_{all}, at_{quote + 1}, quote_{all[quote]}, escape_{escape}, c_style_{c_style} {}

  std::string run() {
    std::string result;
    while (at_ < all_.size())
      if (all_[at_] == quote_)
        close(result);
      else if (escape_ != '\0' && all_[at_] == escape_)
        result += c_style_ ? c_escape() : unicode_escape();
      else
        result += all_[at_++];
    return result;
  }

 private:
  void close(std::string& into) {
    ++at_;
    if (at_ < all_.size() && all_[at_] == quote_)
      into += all_[at_++];
    else if (const auto next = sql::continued_at(all_, at_); next != 0)
      at_ = next;
    else
      at_ = all_.size();
  }

  /// The number of at most so many digits that stands here.
  unsigned int number(std::size_t most, int base) {
    unsigned int result = 0;
    const auto digits = all_.substr(at_, most);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), result, base);
    at_ += static_cast<std::size_t>(end.ptr - digits.data());
    return result;
  }

  char c_escape() {
    if (++at_ >= all_.size())
      return escape_;
    const char what = all_[at_];
    if (what >= '0' && what <= '7')
      return static_cast<char>(number(3, 8));
    ++at_;
    switch (what) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'x': return static_cast<char>(number(2, 16));
    case 'u': return as_ascii(number(4, 16));
    case 'U': return as_ascii(number(8, 16));
    default: return what;
    }
  }

  char unicode_escape() {
    if (++at_ >= all_.size() || all_[at_] == escape_)
      return ++at_, escape_;
    const bool is_long = all_[at_] == '+';
    at_ += is_long ? 1u : 0u;
    return as_ascii(number(is_long ? 6 : 4, 16));
  }

  std::string_view all_;
  std::size_t at_;
  char quote_;
  char escape_;
  bool c_style_;
};

} // namespace

std::string meaning_of(const sql::token& quoted, char escape) {
  const auto all = quoted.text;
  if (all.front() == '$') {
    const auto tag = all.find('$', 1) + 1;
    return std::string{all.size() < 2 * tag ? all.substr(tag)
                                            : all.substr(tag, all.size() - 2 * tag)};
  }
  const auto quote = all.find_first_of("'\"");
  const bool c_style = quote == 1 && (all.front() == 'E' || all.front() == 'e');
  const bool unicode = quote == 2;
  return unquoting{all, quote, c_style ? '\\' : unicode ? escape : '\0', c_style}.run();
}

} // namespace waymark::postgres
