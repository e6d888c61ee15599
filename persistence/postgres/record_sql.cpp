#include "persistence/postgres/record_sql.hpp"

#include "persistence/postgres/session_settings.hpp"

namespace waymark::postgres {

namespace {

#define WAYMARK_SAME_EVENT                                                                         \
  "CASE WHEN a.position = excluded.position AND a.generation = excluded.generation THEN "

#define WAYMARK_ADVANCE                                                                            \
  "UPDATE {schema}.checkpoints SET position = $5, event_id_at_position = $6, "                     \
  "last_event_id = coalesce($7, last_event_id), "                                                  \
  "last_event_type = CASE WHEN $7 IS NULL THEN last_event_type ELSE $8 END, "                      \
  "last_event_at = CASE WHEN $7 IS NULL THEN last_event_at ELSE $9 END, "                          \
  "last_processed_at = CASE WHEN $7 IS NULL THEN last_processed_at "                               \
  "                         ELSE coalesce($10, clock_timestamp()) END, "                           \
  "careful_until = careful_until + "                                                               \
  "CASE WHEN $4 = $5 AND events_processed < careful_until THEN $11::bigint ELSE 0 END, "           \
  "events_processed = events_processed + $11, "                                                    \
  "renewed_at = coalesce($10, clock_timestamp()), failure = NULL " WAYMARK_OF_SHARD                \
  "AND epoch = $3 AND position = $4"

constexpr sql::record_sql own_texts() {
  sql::record_sql all;
  all.checkpoints.lock =
      "SELECT FROM {schema}.checkpoints " WAYMARK_OF_SHARD "FOR UPDATE";
  all.checkpoints.advance = WAYMARK_ADVANCE;
  // Rows that a commit of their own is about to renew are left to it.
  all.checkpoints.renew =
      "UPDATE {schema}.checkpoints SET renewed_at = coalesce($2, clock_timestamp()) "
      "WHERE (projection, shard) IN (SELECT projection, shard FROM {schema}.checkpoints "
      "  WHERE owner = $1 ORDER BY projection, shard FOR UPDATE SKIP LOCKED)";
  all.attempts.begin =
      "INSERT INTO {schema}.attempts AS a SELECT projection, shard, $4, $5, generation, "
      "owner, coalesce($6, clock_timestamp()), 0, 0, 0, '', $7 "
      "FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3 FOR SHARE "
      "ON CONFLICT (projection, shard) DO UPDATE SET "
      "crashes = " WAYMARK_SAME_EVENT "a.crashes ELSE 0 END, "
      "long_ends = " WAYMARK_SAME_EVENT "a.long_ends ELSE 0 END, "
      "ends = " WAYMARK_SAME_EVENT "a.ends ELSE 0 END, "
      "last_end = " WAYMARK_SAME_EVENT "a.last_end ELSE '' END, "
      "sequence_key = coalesce(excluded.sequence_key, " WAYMARK_SAME_EVENT
      "a.sequence_key END), "
      "position = excluded.position, event_id = excluded.event_id, "
      "generation = excluded.generation, owner = excluded.owner, "
      "begun_at = excluded.begun_at";
  all.settled.settle = "WITH gone AS (DELETE FROM {schema}.dead_letters " WAYMARK_OF_SHARD
                       "AND generation = $3 AND id = $4 RETURNING *) "
                       "INSERT INTO {schema}.settled_letters (" WAYMARK_SETTLED_COLUMNS ") "
                       "SELECT id, projection, shard, position, generation, sequence_key, "
                       "event_id, event_type, error, $5, $6, $7 FROM gone";
  all.positions.save = "INSERT INTO {schema}.positions (name, position, saved_at) "
                       "VALUES ($1, $2, coalesce($3, clock_timestamp())) "
                       "ON CONFLICT (name) DO UPDATE SET position = excluded.position, "
                       "saved_at = excluded.saved_at";
  all.enter_claims =
      "SELECT pg_advisory_xact_lock(hashtextextended('waymark claim {schema_name}', 0))";
  all.be_impatient = "SET LOCAL lock_timeout = '1s'";
  all.now = "SELECT clock_timestamp()";
  return all;
}

} // namespace

constinit const sql::record_sql record_texts = own_texts();

// SQL has no statement that fails by itself, so it is asked to take a text for a number. Without a
// row there are no settings.
const char* const advance_or_fail =
    "WITH moved AS (" WAYMARK_ADVANCE " RETURNING " WAYMARK_SESSION_SETTINGS " AS settings) "
    "SELECT CASE WHEN pg_catalog.min(settings) = $12 THEN 1 ELSE pg_catalog.concat("
    "'" WAYMARK_SETTINGS_REFUSED "', pg_catalog.min(settings), '>')::pg_catalog.int4 END "
    "FROM moved";

} // namespace waymark::postgres
