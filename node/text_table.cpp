#include "node/text_table.hpp"

#include <algorithm>
#include <ostream>

namespace waymark::node {

namespace {

void print_row(std::ostream& out, const std::vector<std::string>& cells,
               const std::vector<text_table::column>& columns,
               const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string pad(widths[i] - width_of(cells[i]), ' ');
    if (i > 0)
      line += "  ";
    line += columns[i].side == text_table::align::right ? pad + cells[i] : cells[i] + pad;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

} // namespace

void text_table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (auto& cell : cells)
    std::replace_if(
        cell.begin(), cell.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out) const {
  if (rows_.empty())
    return;
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const auto& c : columns_) {
    titles.push_back(c.title);
    widths.push_back(width_of(c.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  print_row(out, titles, columns_, widths);
  for (const auto& row : rows_)
    print_row(out, row, columns_, widths);
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
