#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// An INSERT … VALUES of one row, taken apart so that it can be given many at once. Pure.
class bulk_insert {
 public:
  /// How a column is sent, and what its values are turned into.
  struct column {
    std::string sent_as; ///< Name of the element type of the array.
    std::string type;    ///< Name of the type that the parameter has in the statement of one row.
  };

  /// Nothing for a statement that might mean something else for many rows than for one after the
  /// other: another one than INSERT, with a query in it, a call of a function that may read tables,
  /// RETURNING, or parameters behind VALUES.
  [[nodiscard]] static std::optional<bulk_insert> of(std::string_view sql);

  /// INSERT … SELECT from arrays, `$n` being that of column n.
  [[nodiscard]] std::string with_arrays(const std::vector<column>& columns) const;

 private:
  std::string head_;                 ///< Up to VALUES.
  std::vector<std::string> pieces_;  ///< Of the row, around its parameters.
  std::vector<std::size_t> numbers_; ///< Of the parameters between the pieces.
  std::string tail_;                 ///< Behind the row.
};

} // namespace waymark::postgres
