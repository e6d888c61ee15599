#include "node/sql/sql_lexer.hpp"

namespace waymark::node {

namespace {

bool in_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

} // namespace

sql_part sql_lexer::part_at(std::size_t at) {
  while (at_ <= at && at_ < sql_.size())
    step();
  return part_;
}

bool sql_lexer::sees(std::string_view wanted) const noexcept {
  return sql_.substr(at_, wanted.size()) == wanted;
}

bool sql_lexer::after_name() const noexcept {
  return at_ > 0 && in_name(sql_[at_ - 1]);
}

/// "$tag$" at this place, or nothing.
std::string_view sql_lexer::dollar_tag() const noexcept {
  if (after_name() || (at_ + 1 < sql_.size() && sql_[at_ + 1] >= '0' && sql_[at_ + 1] <= '9'))
    return {};
  auto end = at_ + 1;
  while (end < sql_.size() && in_name(sql_[end]))
    ++end;
  return end < sql_.size() && sql_[end] == '$' ? sql_.substr(at_, end + 1 - at_)
                                               : std::string_view{};
}

void sql_lexer::open() {
  if (sees("'")) {
    const bool marked = at_ > 0 && (sql_[at_ - 1] == 'E' || sql_[at_ - 1] == 'e');
    backslashes_ = marked && (at_ == 1 || !in_name(sql_[at_ - 2]));
    part_ = sql_part::text;
    closing_ = "'";
  } else if (sees("\"")) {
    part_ = sql_part::name;
    closing_ = "\"";
  } else if (sees("--")) {
    part_ = sql_part::comment;
    closing_ = "\n";
  } else if (sees("/*")) {
    part_ = sql_part::comment;
    closing_ = "*/";
    comments_ = 1;
    ++at_;
  } else if (sees("$")) {
    if (const auto tag = dollar_tag(); !tag.empty()) {
      part_ = sql_part::text;
      closing_ = tag;
      at_ += tag.size() - 1;
    }
  }
  ++at_;
}

void sql_lexer::step() {
  if (closing_.empty()) {
    part_ = sql_part::code;
    return open();
  }
  if (backslashes_ && sees("\\")) {
    at_ += 2;
  } else if (closing_ == "*/" && sees("/*")) {
    ++comments_;
    at_ += 2;
  } else if (!sees(closing_)) {
    ++at_;
  } else {
    at_ += closing_.size();
    if (closing_ == "*/" && --comments_ > 0)
      return;
    closing_ = {};
    backslashes_ = false;
  }
}

} // namespace waymark::node
