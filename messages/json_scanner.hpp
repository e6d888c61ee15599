#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace waymark {

/// Tells quickly whether a text is one JSON value, for the path of every append: nothing is built,
/// and nothing is said about where a mistake is. It takes a subset of what the parser takes (the
/// fuzz target `json` holds them together), so whoever hears "no" asks the parser for the reason.
class json_scanner {
 public:
  json_scanner(std::string_view text, int max_depth) noexcept
      : at_{text.data()}, end_{text.data() + text.size()}, max_depth_{max_depth} {}

  /// Whether the whole text is one value, nested no deeper than allowed, all of it UTF-8 and each
  /// number within the range of a double.
  [[nodiscard]] bool is_json();

 private:
  bool value();
  bool string();
  bool escape();
  bool character();
  bool number();
  bool exponent(std::ptrdiff_t places);
  bool digits();
  bool word(std::string_view wanted);
  bool open(char bracket);
  bool key();
  bool after_value();

  void skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r'))
      ++at_;
  }
  bool take(char wanted) noexcept {
    if (at_ == end_ || *at_ != wanted)
      return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool sees_digit() const noexcept {
    return at_ != end_ && *at_ >= '0' && *at_ <= '9';
  }

  const char* at_;
  const char* end_;
  int max_depth_;
  std::vector<char> open_; ///< The closing brackets that are still to come, innermost last.
  bool done_ = false;
};

} // namespace waymark
