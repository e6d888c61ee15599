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

/// The time that the cell holds as text. @throws as above.
timestamp time_in(const sql_cell& cell, std::string_view column);
/// A time that `T` has no room for. @throws as above.
[[noreturn]] void time_out_of_range(const sql_cell& cell, std::string_view column);

template <class T>
struct cell_reader {
  static_assert(sizeof(T) == 0,
                "a cell can be turned into a number, a bool, an enum, a std::string, a std::vector "
                "of std::byte or std::uint8_t, a std::chrono::sys_time, a waymark::uuid, an "
                "nlohmann::json, and a std::optional of one of these");
};

template <std::integral T>
requires(!character<T>)
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

/// The integer of that range which is no character.
template <class T>
struct plain_integer
    : std::conditional_t<std::is_signed_v<T>, std::make_signed<T>, std::make_unsigned<T>> {};
template <>
struct plain_integer<bool> : std::type_identity<bool> {};

template <class T>
requires std::is_enum_v<T>
struct cell_reader<T> {
  static T read(const sql_cell& cell, std::string_view column) {
    using number = typename plain_integer<std::underlying_type_t<T>>::type;
    return static_cast<T>(cell_reader<number>::read(cell, column));
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
struct cell_reader<std::vector<std::uint8_t>> {
  static std::vector<std::uint8_t> read(const sql_cell& cell, std::string_view column) {
    const auto found = cell_reader<std::vector<std::byte>>::read(cell, column);
    std::vector<std::uint8_t> result;
    result.reserve(found.size());
    for (const auto each : found)
      result.push_back(std::to_integer<std::uint8_t>(each));
    return result;
  }
};

template <class D>
struct cell_reader<std::chrono::sys_time<D>> {
  static std::chrono::sys_time<D> read(const sql_cell& cell, std::string_view column) {
    using wide = std::chrono::duration<long double>;
    const auto found = time_in(cell, column);
    const wide since = found.time_since_epoch();
    if (since < wide{D::min()} || since > wide{D::max()}) // 1677 to 2262 for nanoseconds
      time_out_of_range(cell, column);
    return std::chrono::floor<D>(found);
  }
};

template <>
struct cell_reader<nlohmann::json> {
  static nlohmann::json read(const sql_cell& cell, std::string_view column);
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
