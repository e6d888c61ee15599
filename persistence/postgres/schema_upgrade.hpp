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

/// What `upgrade_schema` does with tables of a version (0: there are none), as SQL that changes
/// nothing if they are of another. @throws usage_error for a version that this program does not
/// know.
[[nodiscard]] std::string schema_sql(const address& where, int from_version);

} // namespace waymark::postgres
