#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/persistence/sql_value.hpp>

namespace waymark::postgres {

/// A value of a result in text, as a cell: whole numbers (numeric too, if it is one of 64 bits) and
/// truth values as integers, other numbers as real, bytea as bytes, times as RFC 3339 in UTC, and
/// whatever else as PostgreSQL writes it.
[[nodiscard]] sql_cell cell_of(const rows& from, int row, int column);

/// All of a result.
[[nodiscard]] result_set cells_of(const rows& from);

} // namespace waymark::postgres
