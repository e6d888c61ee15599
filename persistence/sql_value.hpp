#pragma once

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace waymark {

/// A value on its way into a statement. Holds views: it must not outlive what it was made of, and
/// is meant to live for one call. Always bound as a parameter, never pasted into the SQL.
class sql_value {
 public:
  using variant = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view,
                               std::string, std::span<const std::byte>>;

  sql_value(std::nullptr_t) noexcept : value_{nullptr} {}
  sql_value(std::nullopt_t) noexcept : value_{nullptr} {}
  sql_value(bool v) noexcept : value_{v} {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) sql_value(T v) : value_{checked(v)} {}
  template <std::floating_point T>
  sql_value(T v) noexcept : value_{static_cast<double>(v)} {}
  template <class T>
  requires std::is_enum_v<T> sql_value(T v)
      : value_{checked(static_cast<std::underlying_type_t<T>>(v))} {}
  sql_value(std::string_view v) noexcept : value_{v} {}
  sql_value(const std::string& v) noexcept : value_{std::string_view{v}} {}
  sql_value(const char* v) noexcept : value_{std::string_view{v}} {}
  /// Bytes, stored as a blob.
  sql_value(std::span<const std::byte> v) noexcept : value_{v} {}
  /// RFC 3339 text in UTC.
  sql_value(timestamp v) : value_{to_string(v)} {}
  /// Canonical text.
  sql_value(const uuid& v) : value_{v.to_string()} {}
  /// JSON text.
  sql_value(const nlohmann::json& v);
  template <class T>
  sql_value(const std::optional<T>& v) : value_{v ? sql_value{*v}.value_ : variant{nullptr}} {}

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

/// Turns a cell into a T: an arithmetic type (range-checked), bool, std::string, bytes, timestamp,
/// uuid, or std::optional of one for a value that may be NULL.
/// @throws projection_error if the cell is of another kind (text where a number is asked for), and
///   usage_error if its value is out of range or NULL; both name the column.
template <class T>
[[nodiscard]] T cell_as(const sql_cell& cell, std::string_view column);

} // namespace waymark

#include <waymark/persistence/sql_value_impl.hpp>
