#include "persistence/postgres/cells.hpp"

#include <charconv>
#include <cstdlib>

namespace waymark::postgres {

namespace {

sql_cell real(std::string_view text) {
  return std::strtod(std::string{text}.c_str(), nullptr); // also NaN and Infinity
}

sql_cell whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc{} && end == text.data() + text.size() ? sql_cell{value} : real(text);
}

int digit(char c) noexcept {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

sql_cell bytes(std::string_view text) {
  std::vector<std::byte> result;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) // behind the \x
    result.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  return result;
}

/// "2026-11-21 09:30:00.5+00", in a session whose time zone is UTC.
sql_cell time(std::string_view text) {
  std::string result{text};
  if (result.size() < 19 || result[4] != '-' || result[10] != ' ')
    return result; // infinity, or a year that RFC 3339 can't write
  result[10] = 'T';
  if (result.ends_with("+00"))
    result.resize(result.size() - 3);
  return result + "Z";
}

} // namespace

sql_cell cell_of(const rows& from, int row, int column) {
  if (from.is_null(row, column))
    return nullptr;
  const auto text = from.text(row, column);
  switch (static_cast<oid>(PQftype(from.raw(), column))) {
  case oid::boolean:
    return std::int64_t{text == "t" ? 1 : 0};
  case oid::int2:
  case oid::int4:
  case oid::int8:
  case oid::object:
  case oid::numeric:
    return whole(text);
  case oid::float4:
  case oid::float8:
    return real(text);
  case oid::bytes:
    return bytes(text);
  case oid::timestamp:
  case oid::timestamptz:
    return time(text);
  default:
    return std::string{text};
  }
}

result_set cells_of(const rows& from) {
  result_set result;
  const int columns = PQnfields(from.raw());
  for (int column = 0; column < columns; ++column)
    result.columns.emplace_back(PQfname(from.raw(), column));
  for (int row = 0; row < from.size(); ++row) {
    auto& cells = result.rows.emplace_back();
    cells.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column)
      cells.push_back(cell_of(from, row, column));
  }
  return result;
}

} // namespace waymark::postgres
