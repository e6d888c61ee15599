#include "node/text_table.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <ostream>

namespace waymark::node {

namespace {

constexpr std::size_t gap = 2;

/// A column that is printed.
struct shown_column {
  std::size_t index;
  std::size_t width; ///< Of its longest cell, or what is left of that.
  std::size_t least;
  int leave_out;
};

using shown_columns = std::vector<shown_column>;

template <class Width>
std::size_t sum_of(const shown_columns& shown, Width width) {
  std::size_t sum = 0;
  for (const auto& each : shown)
    sum += width(each) + gap;
  return sum - gap;
}

void leave_out(shown_columns& shown, std::size_t columns) {
  const auto least = [](const shown_column& c) { return std::min(c.width, c.least); };
  while (sum_of(shown, least) > columns) {
    auto first = shown.end();
    for (auto at = shown.begin(); at != shown.end(); ++at)
      if (at->leave_out > 0 && (first == shown.end() || at->leave_out < first->leave_out))
        first = at;
    if (first == shown.end())
      return;
    shown.erase(first);
  }
}

void narrow(shown_columns& shown, std::size_t columns) {
  const auto width = [](const shown_column& c) { return c.width; };
  const auto cuttable = [](const shown_column& c) { return c.width > c.least ? c.width : 0; };
  for (auto used = sum_of(shown, width); used > columns; --used) {
    auto& widest = *std::max_element(
        shown.begin(), shown.end(),
        [&](const auto& a, const auto& b) { return cuttable(a) < cuttable(b); });
    if (cuttable(widest) == 0)
      return;
    --widest.width;
  }
}

void print_row(std::ostream& out, const std::vector<std::string>& cells,
               const std::vector<text_table::column>& columns, const shown_columns& shown) {
  std::string line;
  for (const auto& each : shown) {
    const auto cell = cut_to(each.width, cells[each.index]);
    const std::string pad(each.width - width_of(cell), ' ');
    if (&each != &shown.front())
      line.append(gap, ' ');
    line += columns[each.index].side == text_table::align::right ? pad + cell : cell + pad;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

} // namespace

void text_table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto& cell = cells[i];
    std::replace_if(
        cell.begin(), cell.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    if (!columns_[i].painted)
      cell = printable(cell);
  }
  rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out, std::size_t columns) const {
  if (rows_.empty())
    return;
  std::vector<std::string> titles;
  shown_columns shown;
  for (const auto& c : columns_) {
    shown.push_back({titles.size(), width_of(c.title), c.least, c.leave_out});
    titles.push_back(c.title);
  }
  for (const auto& row : rows_)
    for (auto& each : shown)
      each.width = std::max(each.width, width_of(row[each.index]));
  leave_out(shown, columns);
  narrow(shown, columns);
  print_row(out, titles, columns_, shown);
  for (const auto& row : rows_)
    print_row(out, row, columns_, shown);
}

std::string cut_to(std::size_t width, const std::string& text) {
  if (width_of(text) <= width)
    return text;
  std::string result;
  std::size_t at = 0;
  const auto take_one = [&] { // a character, or an escape sequence
    const auto begin = at++;
    if (text[begin] == '\033')
      at = std::min(text.find('m', begin), text.size() - 1) + 1;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u)
      ++at;
    return text.substr(begin, at - begin);
  };
  while (width_of(result) + 1 < width)
    result += take_one();
  result += "…";
  return result.find('\033') == std::string::npos ? result : result + "\033[0m";
}

std::string folded(const std::string& text, std::size_t columns) {
  std::string result;
  std::string line;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(' ', begin), text.size());
    const auto word = text.substr(begin, end - begin);
    if (!line.empty() && width_of(line) + 1 + width_of(word) > columns) {
      result += line + '\n';
      line = "  " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    begin = end + 1;
  }
  return result + line;
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits{"0123456789abcdef"};
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool later = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    const bool control =
        (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f || later;
    const auto taken = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(taken.size());
    if (length != 0 && !control) {
      result += taken;
      continue;
    }
    for (const char c : taken) {
      const auto byte = static_cast<unsigned char>(c);
      result.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return result;
}

std::string printable_json(std::string_view json) {
  constexpr std::string_view digits{"0123456789abcdef"};
  std::string result;
  result.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0u;
    const bool later = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (!later && byte != 0x7f) {
      result += json[i];
      continue;
    }
    const auto code = later ? next : byte;
    result.append("\\u00").append(1, digits[code >> 4]).append(1, digits[code & 15]);
    i += later ? 1 : 0;
  }
  return result;
}

std::size_t width_of(std::string_view text) noexcept {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      i = std::min(text.find('m', i), text.size());
      continue;
    }
    if ((static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80u)
      ++width;
  }
  return width;
}

std::string with_commas(long long number) {
  auto digits = std::to_string(number);
  const auto first = number < 0 ? 1 : 0;
  for (auto at = static_cast<long long>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(long long number, std::string_view noun) {
  return with_commas(number) + " " + std::string{noun} + (number == 1 ? "" : "s");
}

} // namespace waymark::node
