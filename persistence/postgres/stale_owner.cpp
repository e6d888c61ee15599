#include "persistence/postgres/stale_owner.hpp"

#include "persistence/postgres/database.hpp"

namespace waymark::postgres {

// A frozen process renewed its rows at most a third of the timeout before it began the transaction
// that it stands in, so that one is at least two thirds of the timeout old when the rows expire.
void end_sessions_of_owner(session& on, const checkpoint& record,
                           std::chrono::milliseconds timeout) {
  const auto name = session_name(*record.owner) + " %";
  try {
    (void)on.run("SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
                 "WHERE application_name LIKE $1 AND datname = current_database() "
                 "AND pid <> pg_backend_pid() "
                 "AND xact_start < clock_timestamp() - $2 * interval '1 millisecond' / 2",
                 params{}.add(std::string_view{name}).add(std::int64_t{timeout.count()}));
  } catch (const store_error&) { // then it is waited for as long as the server lets it stand
  }
}

} // namespace waymark::postgres
