#pragma once

#include <waymark/persistence/sql_value.hpp>

#include <cmath>
#include <limits>
#include <utility>

namespace waymark {

namespace detail {

/// The kinds of cells; NULL is of each.
enum class cell_kind { number, text, bytes };

/// @throws projection_error if the cell is of another kind than `wanted`, and usage_error if only
///   its value does not fit. Both name the column, what is there and what was wanted.
[[noreturn]] void wrong_cell(const sql_cell& cell, std::string_view column, cell_kind kind,
                             const char* wanted);

template <class T>
struct cell_reader {
  static_assert(sizeof(T) == 0, "a cell can't be turned into this type");
};

template <std::integral T>
struct cell_reader<T> {
  static T read(const sql_cell& cell, std::string_view column) {
    const auto* found = std::get_if<std::int64_t>(&cell);
    if (found == nullptr || !std::in_range<T>(*found))
      wrong_cell(cell, column, cell_kind::number, "an integer in the range of its type");
    return static_cast<T>(*found);
  }
};

template <>
struct cell_reader<bool> {
  static bool read(const sql_cell& cell, std::string_view column) {
    const auto* found = std::get_if<std::int64_t>(&cell);
    if (found == nullptr || (*found != 0 && *found != 1))
      wrong_cell(cell, column, cell_kind::number, "a truth value (0 or 1)");
    return *found == 1;
  }
};

template <std::floating_point T>
struct cell_reader<T> {
  static T read(const sql_cell& cell, std::string_view column) {
    if (const auto* whole = std::get_if<std::int64_t>(&cell))
      return static_cast<T>(*whole);
    const auto* found = std::get_if<double>(&cell);
    if (found == nullptr || (std::isfinite(*found) &&
                             std::abs(*found) > static_cast<double>(std::numeric_limits<T>::max())))
      wrong_cell(cell, column, cell_kind::number, "a number in the range of its type");
    return static_cast<T>(*found);
  }
};

template <>
struct cell_reader<std::string> {
  static std::string read(const sql_cell& cell, std::string_view column) {
    const auto* found = std::get_if<std::string>(&cell);
    if (found == nullptr)
      wrong_cell(cell, column, cell_kind::text, "text");
    return *found;
  }
};

template <>
struct cell_reader<std::vector<std::byte>> {
  static std::vector<std::byte> read(const sql_cell& cell, std::string_view column) {
    const auto* found = std::get_if<std::vector<std::byte>>(&cell);
    if (found == nullptr)
      wrong_cell(cell, column, cell_kind::bytes, "bytes");
    return *found;
  }
};

template <>
struct cell_reader<timestamp> {
  static timestamp read(const sql_cell& cell, std::string_view column) {
    const auto* text = std::get_if<std::string>(&cell);
    const auto found = text != nullptr ? parse_timestamp(*text) : std::nullopt;
    if (!found)
      wrong_cell(cell, column, cell_kind::text, "a time as RFC 3339 text");
    return *found;
  }
};

template <>
struct cell_reader<uuid> {
  static uuid read(const sql_cell& cell, std::string_view column) {
    const auto* text = std::get_if<std::string>(&cell);
    const auto found = text != nullptr ? uuid::parse(*text) : std::nullopt;
    if (!found)
      wrong_cell(cell, column, cell_kind::text, "a UUID as text");
    return *found;
  }
};

template <class T>
struct cell_reader<std::optional<T>> {
  static std::optional<T> read(const sql_cell& cell, std::string_view column) {
    if (std::holds_alternative<std::nullptr_t>(cell))
      return std::nullopt;
    return cell_reader<T>::read(cell, column);
  }
};

} // namespace detail

template <class T>
T cell_as(const sql_cell& cell, std::string_view column) {
  return detail::cell_reader<T>::read(cell, column);
}

} // namespace waymark
