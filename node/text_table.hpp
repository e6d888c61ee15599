#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// Rows for people, in aligned columns. Colours in cells (see console::paint) take no room.
class text_table {
 public:
  enum class align : unsigned char { left, right };
  struct column {
    std::string title;
    align side = align::left;
  };

  explicit text_table(std::vector<column> columns) : columns_{std::move(columns)} {}

  /// Cells that are missing at the end stay empty; a cell's line breaks become blanks.
  void add(std::vector<std::string> cells);

  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  /// The titles and the rows; nothing if there is no row.
  void print(std::ostream& out) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many columns of a terminal a text takes: characters, without escape sequences.
[[nodiscard]] std::size_t width_of(std::string_view text) noexcept;

/// "1,234,567", as numbers are shown to people.
[[nodiscard]] std::string with_commas(long long number);

/// "1 event", "2 events".
[[nodiscard]] std::string counted(long long number, std::string_view noun);

} // namespace waymark::node
