#include "persistence/postgres/stale_owner.hpp"

#include "persistence/claim_rule.hpp"

#include <waymark/messages/hash.hpp>
#include <waymark/persistence/process_instance.hpp>

namespace waymark::postgres {

std::string session_name(std::string_view owner) {
  return "waymark " + hex(fnv1a(process_of(owner)));
}

// Another role's start time can't be seen, and then nothing is known of it.
void sign_in(session& on) {
  if (on.where().pooled)
    return; // the session behind the pooler is another each time
  try {
    (void)on.run(
        "WITH ended AS (DELETE FROM {schema}.sessions WHERE ctid = ANY (ARRAY("
        "  SELECT s.ctid FROM {schema}.sessions s WHERE NOT EXISTS ("
        "    SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = s.pid "
        "    AND coalesce(a.backend_start, s.backend_start) = s.backend_start) "
        "  FOR UPDATE SKIP LOCKED))) "
        "INSERT INTO {schema}.sessions (process, pid, backend_start) "
        "SELECT $1, a.pid, a.backend_start FROM pg_catalog.pg_stat_activity a "
        "WHERE a.pid = pg_catalog.pg_backend_pid() ON CONFLICT DO NOTHING",
        params{}.add(process_of(this_process_instance())));
  } catch (const store_error&) { // a standby, or no permission
  }
}

// A frozen process renewed its rows at most a quarter of the timeout before it began the
// transaction that it stands in, so that one is nearly three quarters of the timeout old when the
// rows expire. Half of it leaves room for a renewal that came late.
static_assert(renewals_in_timeout == 4);

void end_sessions_of_owner(session& on, std::string_view owner, std::chrono::milliseconds timeout,
                           std::optional<timestamp> now) {
  const auto process = process_of(owner);
  if (process == process_of(this_process_instance()))
    return;
  const auto behind_pooler = session_name(process) + " % pooled";
  try {
    (void)on.run("SELECT pg_catalog.pg_terminate_backend(a.pid) "
                 "FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database() "
                 "AND NOT EXISTS (SELECT FROM {schema}.checkpoints c "
                 "  WHERE (c.owner = $1 OR starts_with(c.owner, $1 || '.')) "
                 "  AND c.renewed_at > coalesce($4, clock_timestamp()) "
                 "                     - $3 * interval '1 millisecond') "
                 "AND a.xact_start < clock_timestamp() - $3 * interval '1 millisecond' / 2 "
                 "AND (a.application_name LIKE $2 OR EXISTS (SELECT FROM {schema}.sessions s "
                 "  WHERE s.process = $1 AND s.pid = a.pid AND s.backend_start = a.backend_start))",
                 params{}
                     .add(process)
                     .add(std::string_view{behind_pooler})
                     .add(std::int64_t{timeout.count()})
                     .add(now));
  } catch (const store_error&) { // then it is waited for as long as the server lets it stand
  }
}

} // namespace waymark::postgres
