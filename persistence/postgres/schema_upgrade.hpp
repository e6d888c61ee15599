#pragma once

#include "persistence/postgres/session.hpp"

namespace waymark::postgres {

/// Brings the tables up to what this program knows, in one transaction under a lock, so that
/// several processes may start at once. Looks first and changes nothing if there is nothing to do,
/// or if `only_verify`.
/// @throws incompatible_store for tables that are newer than the program, or that are missing and
/// may
///   not be made; store_error.
void upgrade_schema(session& on, bool only_verify);

/// All that `upgrade_schema` does on an empty database, as SQL.
[[nodiscard]] std::string schema_sql(const address& where);

} // namespace waymark::postgres
