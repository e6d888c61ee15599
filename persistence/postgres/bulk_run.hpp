#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/persistence/sql_column.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace waymark::postgres {

/// Runs a handler's statement for all rows of the columns at once, with an array for each column.
/// @returns how many rows it changed; nothing if that can't be done, or can't be done with the same
///   outcome as one row after the other: then nothing has happened.
/// @throws what running it for one row would throw of the statement itself; store_error.
[[nodiscard]] std::optional<std::int64_t> run_at_once(session& on, std::string_view sql,
                                                      std::span<const sql_column> columns);

} // namespace waymark::postgres
