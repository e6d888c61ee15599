#include <waymark/persistence/sql_value.hpp>

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace waymark {

sql_value::sql_value(const nlohmann::json& v) : value_{nullptr} {
  try {
    value_ = v.dump();
  } catch (const nlohmann::json::exception& e) {
    throw usage_error{std::string{"a JSON value can't be written as text: "} + e.what()};
  }
}

std::int64_t sql_value::checked_unsigned(std::uint64_t v) {
  if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw usage_error{"the number " + std::to_string(v) +
                      " is beyond the 63 bits that databases hold"};
  return static_cast<std::int64_t>(v);
}

namespace detail {

namespace {

const char* kind_of(const sql_cell& cell) noexcept {
  static constexpr const char* names[] = {"NULL", "an integer", "a real number", "text", "bytes"};
  return names[cell.index()];
}

bool is_of(cell_kind kind, const sql_cell& cell) noexcept {
  static constexpr cell_kind kinds[] = {cell_kind::number, cell_kind::number, cell_kind::number,
                                        cell_kind::text, cell_kind::bytes};
  return cell.index() == 0 || kinds[cell.index()] == kind;
}

} // namespace

void wrong_cell(const sql_cell& cell, std::string_view column, cell_kind kind,
                const char* wanted) {
  std::string text = "column \"" + std::string{column} + "\" holds " + kind_of(cell);
  if (const auto* number = std::get_if<std::int64_t>(&cell))
    text += " (" + std::to_string(*number) + ")";
  if (const auto* words = std::get_if<std::string>(&cell))
    text += " (\"" + words->substr(0, 60) + "\")";
  text += std::string{", the program asks for "} + wanted;
  if (is_of(kind, cell))
    throw usage_error{text};
  throw projection_error{text};
}

} // namespace detail

} // namespace waymark
