#include <waymark/persistence/sql_value.hpp>

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace waymark {

namespace {

std::string json_text(const nlohmann::json& v) {
  try {
    return v.dump();
  } catch (const nlohmann::json::exception& e) {
    throw usage_error{std::string{"a JSON value can't be written as text: "} + e.what()};
  }
}

} // namespace

sql_value::variant sql_value::of_json(const nlohmann::json& v) {
  using kind = nlohmann::json::value_t;
  switch (v.type()) {
  case kind::null:
    return nullptr;
  case kind::boolean:
    return v.get<bool>();
  case kind::number_integer:
    return v.get<std::int64_t>();
  case kind::number_unsigned:
    return checked_unsigned(v.get<std::uint64_t>());
  case kind::number_float:
    return v.get<double>();
  case kind::string:
    return std::string_view{v.get_ref<const std::string&>()};
  default:
    return json_text(v);
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

timestamp time_in(const sql_cell& cell, std::string_view column) {
  const auto* text = std::get_if<std::string>(&cell);
  const auto found = text != nullptr ? parse_timestamp(*text) : std::nullopt;
  if (!found)
    wrong_cell(cell, column, cell_kind::text, "a time as RFC 3339 text");
  return *found;
}

void time_out_of_range(const sql_cell& cell, std::string_view column) {
  wrong_cell(cell, column, cell_kind::text, "a time in the range of its type");
}

nlohmann::json cell_reader<nlohmann::json>::read(const sql_cell& cell, std::string_view column) {
  const auto* text = std::get_if<std::string>(&cell);
  auto found = text != nullptr ? nlohmann::json::parse(*text, nullptr, false)
                               : nlohmann::json(nlohmann::json::value_t::discarded);
  if (found.is_discarded())
    wrong_cell(cell, column, cell_kind::text, "JSON text");
  return found;
}

} // namespace detail

} // namespace waymark
