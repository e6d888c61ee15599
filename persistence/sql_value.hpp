#pragma once

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace waymark {

namespace detail {

/// What is a letter to people and a number to the compiler.
template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> ||
                    std::same_as<T, char8_t> || std::same_as<T, char16_t> ||
                    std::same_as<T, char32_t>;

} // namespace detail

/// A value on its way into a statement. Always bound as a parameter, never pasted into the SQL.
///
/// Made of nothing, truth values, numbers, enums (their number), text, bytes, times, UUIDs, JSON,
/// and `std::optional` of one. What else might be turned into one of these is refused by the
/// compiler: a character, a pointer, a list.
///
/// Holds views of text and bytes that somebody else keeps: it must not outlive them, and is meant
/// to live for one call. A string or JSON that is moved into it, it keeps itself.
class sql_value {
 public:
  using variant = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view,
                               std::string, std::span<const std::byte>>;

  sql_value(std::nullptr_t) noexcept : value_{nullptr} {}
  sql_value(std::nullopt_t) noexcept : value_{nullptr} {}
  template <std::same_as<bool> T>
  sql_value(T v) noexcept : value_{v} {}
  template <std::integral T>
  requires(!std::same_as<T, bool> && !detail::character<T>) sql_value(T v) : value_{checked(v)} {}
  template <std::floating_point T>
  sql_value(T v) noexcept : value_{static_cast<double>(v)} {}
  template <class T>
  requires std::is_enum_v<T> sql_value(T v)
      : value_{checked(static_cast<std::underlying_type_t<T>>(v))} {}
  sql_value(std::string_view v) noexcept : value_{v} {}
  sql_value(const std::string& v) noexcept : value_{std::string_view{v}} {}
  sql_value(std::string&& v) noexcept : value_{std::move(v)} {}
  /// NULL if the pointer is.
  sql_value(const char* v) noexcept : value_{nullptr} {
    if (v != nullptr)
      value_ = std::string_view{v};
  }
  /// Bytes, stored as a blob.
  sql_value(std::span<const std::byte> v) noexcept : value_{v} {}
  sql_value(std::span<const std::uint8_t> v) noexcept : value_{std::as_bytes(v)} {}
  /// RFC 3339 text in UTC; what is finer than a microsecond is cut off.
  template <class D>
  sql_value(std::chrono::sys_time<D> v)
      : value_{to_string(std::chrono::floor<timestamp::duration>(v))} {}
  /// Canonical text.
  sql_value(const uuid& v) : value_{v.to_string()} {}
  /// JSON: null, truth values, numbers and strings as such, all else as JSON text. Who wants JSON
  /// text of those too says `.dump()`.
  /// @throws usage_error for what is not UTF-8, or an integer beyond 63 bits.
  template <std::same_as<nlohmann::json> Json>
  sql_value(const Json& v) : value_{of_json(v)} {}
  template <std::same_as<nlohmann::json> Json>
  sql_value(Json&& v) : value_{of_json(v)} {
    if (const auto* text = std::get_if<std::string_view>(&value_))
      value_ = std::string{*text};
  }
  template <class T>
  sql_value(const std::optional<T>& v) : value_{v ? sql_value{*v}.value_ : variant{nullptr}} {}
  template <class T>
  sql_value(std::optional<T>&& v)
      : value_{v ? sql_value{std::move(*v)}.value_ : variant{nullptr}} {}

  [[nodiscard]] const variant& get() const noexcept { return value_; }

 private:
  /// @throws usage_error for an unsigned value beyond the 63 bits that databases hold.
  template <class T>
  static std::int64_t checked(T v) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) >= sizeof(std::int64_t)) {
      return checked_unsigned(v);
    } else {
      return static_cast<std::int64_t>(v);
    }
  }
  static std::int64_t checked_unsigned(std::uint64_t v);
  static variant of_json(const nlohmann::json& v);

  variant value_;
};

/// A value that came out of a query.
using sql_cell =
    std::variant<std::nullptr_t, std::int64_t, double, std::string, std::vector<std::byte>>;

/// All rows of a query. Owns its memory.
struct result_set {
  std::vector<std::string> columns;
  std::vector<std::vector<sql_cell>> rows;
};

/// Turns a cell into a T, of what a `sql_value` is made of: an arithmetic type or an enum, both
/// range-checked, bool, std::string, a vector of std::byte or std::uint8_t, any sys_time (in its
/// unit, rounded down), uuid, nlohmann::json (of a column with JSON text), or std::optional of one
/// for a value that may be NULL.
/// @throws projection_error if the cell is of another kind (text where a number is asked for), and
///   usage_error if its value is out of range or NULL; both name the column.
template <class T>
[[nodiscard]] T cell_as(const sql_cell& cell, std::string_view column);

} // namespace waymark

#include <waymark/persistence/sql_value_impl.hpp>
