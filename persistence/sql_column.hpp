#pragma once

#include <waymark/persistence/sql_value.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <vector>

namespace waymark {

/// One argument of a statement for many rows: a value for each row, in order. Made of anything that
/// has a size and holds what a `sql_value` is made of: a vector, a span, a JSON array; of
/// `std::optional` where there may be NULL. Text and bytes are no columns, but one value each.
/// Holds views, as `sql_value` does.
class sql_column {
 public:
  template <class Range>
  requires requires(const Range& r) {
    std::size(r);
    std::begin(r);
    std::end(r);
  }
  explicit sql_column(const Range& of) {
    using element = decltype(*std::begin(of));
    static_assert(std::is_lvalue_reference_v<element> || std::is_same_v<element, bool>,
                  "the elements of a column must outlive the look at them");
    static_assert(!std::is_constructible_v<sql_value, const Range&> ||
                      std::is_same_v<Range, nlohmann::json>,
                  "a text or bytes are one value and no column: put values into a vector");
    values_.reserve(std::size(of));
    for (auto&& each : of)
      values_.emplace_back(each);
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] const sql_value& operator[](std::size_t row) const noexcept { return values_[row]; }
  [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
  [[nodiscard]] auto end() const noexcept { return values_.end(); }

 private:
  std::vector<sql_value> values_;
};

} // namespace waymark
