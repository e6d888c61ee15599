#pragma once

#include "persistence/sqlite/connection.hpp"

#include <waymark/messages/clock.hpp>

#include <string>

namespace waymark::sqlite {

/// Brings the tables of log and projections up to what this program knows. Looks first and changes
/// nothing if the file is not one it can use.
/// @throws incompatible_store for tables that are newer than the program, or damaged; store_error.
void upgrade_schema(connection& on, const clock& clk);

/// The looking alone.
void check_schema(connection& on);

/// For those who only look: the tables have to be there, and of this program's schema.
/// @throws store_error if there are none yet; incompatible_store if they are older.
void require_schema(connection& on);

/// The statements that make the tables, for people to read.
[[nodiscard]] std::string schema_sql();

} // namespace waymark::sqlite
