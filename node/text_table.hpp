#pragma once

#include <cstddef>
#include <iosfwd>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// Rows for people, in aligned columns. Colours in cells (see console::paint) take no room.
///
/// Where a terminal is too narrow, columns are left out in the order that `leave_out` says (1 is
/// the first to go, 0 stays), until the others fit with their long cells cut ("…"), though never
/// to fewer than `least` characters.
class text_table {
 public:
  enum class align : unsigned char { left, right };
  struct column {
    std::string title;
    align side = align::left;
    int leave_out = 0;
    std::size_t least = whole;
    bool painted = false; ///< Its cells hold escape sequences of our own.
  };
  static constexpr auto whole = std::numeric_limits<std::size_t>::max();

  explicit text_table(std::vector<column> columns) : columns_{std::move(columns)} {}

  /// Cells that are missing at the end stay empty; a cell's line breaks become blanks, and
  /// other control characters are shown (`printable`).
  void add(std::vector<std::string> cells);

  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  /// The titles and the rows, in so many columns of a terminal; nothing if there is no row.
  void print(std::ostream& out, std::size_t columns = whole) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Text from elsewhere that a terminal can't take for orders: a control character but a line break
/// is written `\x1b`, and so is what is not UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

/// JSON that a terminal can't take for orders, and that says the same: what JSON lets stand raw of
/// the control characters is written `\u009b`.
[[nodiscard]] std::string printable_json(std::string_view json);

/// How many columns of a terminal a text takes: characters, without escape sequences.
[[nodiscard]] std::size_t width_of(std::string_view text) noexcept;

/// At most so many columns of it, the last one "…" if something is cut off.
[[nodiscard]] std::string cut_to(std::size_t width, const std::string& text);

/// In lines of at most so many columns if the words allow it, those after the first one indented.
[[nodiscard]] std::string folded(const std::string& text, std::size_t columns);

/// "1,234,567", as numbers are shown to people.
[[nodiscard]] std::string with_commas(long long number);

/// "1 event", "2 events".
[[nodiscard]] std::string counted(long long number, std::string_view noun);

} // namespace waymark::node
