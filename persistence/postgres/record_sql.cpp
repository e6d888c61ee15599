#include "persistence/postgres/record_sql.hpp"

#include "persistence/sql/columns.hpp"

namespace waymark::postgres {

namespace {

#define WAYMARK_OF_SHARD "WHERE projection = $1 AND shard = $2 "
#define WAYMARK_CHECKPOINTS "SELECT " WAYMARK_CHECKPOINT_COLUMNS " FROM {schema}.checkpoints "
#define WAYMARK_LETTERS "SELECT id, " WAYMARK_LETTER_COLUMNS " FROM {schema}.dead_letters "

/// The generation that a shard is in; the subquery's parameters are those of the statement.
#define WAYMARK_CURRENT                                                                            \
  "generation = (SELECT generation FROM {schema}.checkpoints " WAYMARK_OF_SHARD ") "

#define WAYMARK_SAME_EVENT                                                                         \
  "CASE WHEN a.position = excluded.position AND a.generation = excluded.generation THEN "

constexpr sql::checkpoint_sql checkpoints{
    .find = WAYMARK_CHECKPOINTS WAYMARK_OF_SHARD,
    .of_projection = WAYMARK_CHECKPOINTS "WHERE projection = $1 ORDER BY projection, shard",
    .lock_projection =
        WAYMARK_CHECKPOINTS "WHERE projection = $1 ORDER BY projection, shard FOR UPDATE",
    .all = WAYMARK_CHECKPOINTS "ORDER BY projection, shard",
    .put =
        "INSERT INTO {schema}.checkpoints AS c (" WAYMARK_CHECKPOINT_COLUMNS ") VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
        "$19, $20) "
        "ON CONFLICT (projection, shard) DO UPDATE SET position = excluded.position, "
        "epoch = excluded.epoch, generation = excluded.generation, log_id = excluded.log_id, "
        "event_id_at_position = excluded.event_id_at_position, "
        "last_event_id = excluded.last_event_id, last_event_type = excluded.last_event_type, "
        "last_event_at = excluded.last_event_at, last_processed_at = excluded.last_processed_at, "
        "events_processed = excluded.events_processed, "
        "projection_version = excluded.projection_version, shards = excluded.shards, "
        "key_rule = excluded.key_rule, owner = excluded.owner, renewed_at = excluded.renewed_at, "
        "failure = excluded.failure, max_batch = excluded.max_batch, "
        "careful_until = excluded.careful_until",
    .generation_at =
        "SELECT generation FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3",
    .advance = "UPDATE {schema}.checkpoints SET position = $5, event_id_at_position = $6, "
               "last_event_id = coalesce($7, last_event_id), "
               "last_event_type = CASE WHEN $7 IS NULL THEN last_event_type ELSE $8 END, "
               "last_event_at = CASE WHEN $7 IS NULL THEN last_event_at ELSE $9 END, "
               "last_processed_at = CASE WHEN $7 IS NULL THEN last_processed_at "
               "                         ELSE coalesce($10, clock_timestamp()) END, "
               "events_processed = events_processed + $11, "
               "renewed_at = coalesce($10, clock_timestamp()), failure = NULL " WAYMARK_OF_SHARD
               "AND epoch = $3 AND position = $4",
    .set_failure =
        "UPDATE {schema}.checkpoints SET failure = $4 " WAYMARK_OF_SHARD "AND epoch = $3",
    .release = "UPDATE {schema}.checkpoints SET owner = NULL, renewed_at = NULL, "
               "max_batch = 0 " WAYMARK_OF_SHARD "AND epoch = $3",
    // Rows that a commit of their own is about to renew are left to it.
    .renew = "UPDATE {schema}.checkpoints SET renewed_at = coalesce($2, clock_timestamp()) "
             "WHERE (projection, shard) IN (SELECT projection, shard FROM {schema}.checkpoints "
             "  WHERE owner = $1 ORDER BY projection, shard FOR UPDATE SKIP LOCKED)",
    .remove_from_shard = "DELETE FROM {schema}.checkpoints WHERE projection = $1 AND shard >= $2",
    .raise_epochs = "UPDATE {schema}.checkpoints SET epoch = epoch + 1 WHERE projection = $1",
};

constexpr sql::attempt_sql attempts{
    .find = "SELECT " WAYMARK_ATTEMPT_COLUMNS " FROM {schema}.attempts " WAYMARK_OF_SHARD,
    .begin = "INSERT INTO {schema}.attempts AS a SELECT projection, shard, $4, $5, generation, "
             "owner, coalesce($6, clock_timestamp()), 0, 0, 0, '' "
             "FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3 FOR SHARE "
             "ON CONFLICT (projection, shard) DO UPDATE SET "
             "crashes = " WAYMARK_SAME_EVENT "a.crashes ELSE 0 END, "
             "long_ends = " WAYMARK_SAME_EVENT "a.long_ends ELSE 0 END, "
             "ends = " WAYMARK_SAME_EVENT "a.ends ELSE 0 END, "
             "last_end = " WAYMARK_SAME_EVENT "a.last_end ELSE '' END, "
             "position = excluded.position, event_id = excluded.event_id, "
             "generation = excluded.generation, owner = excluded.owner, "
             "begun_at = excluded.begun_at",
    .end = "UPDATE {schema}.attempts SET owner = NULL " WAYMARK_OF_SHARD
           "AND EXISTS (SELECT 1 FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3)",
    .settle = "UPDATE {schema}.attempts SET owner = $3, crashes = $4, long_ends = $5, ends = $6, "
              "last_end = $7 " WAYMARK_OF_SHARD,
    .remove = "DELETE FROM {schema}.attempts " WAYMARK_OF_SHARD,
    .drop = "DELETE FROM {schema}.attempts WHERE projection = $1",
};

constexpr sql::letter_sql letters{
    .add = "INSERT INTO {schema}.dead_letters (" WAYMARK_LETTER_COLUMNS ") VALUES "
           "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
           "$19, $20, $21, $22, $23) "
           "ON CONFLICT (projection, shard, position, generation) DO NOTHING",
    .update = "UPDATE {schema}.dead_letters SET error = $5, attempts = $6, "
              "projection_version = $7 " WAYMARK_OF_SHARD "AND generation = $3 AND id = $4",
    .list = WAYMARK_LETTERS "WHERE id > $1 AND ($2 IS NULL OR projection = $2) "
                            "AND ($3 IS NULL OR sequence_key = $3) ORDER BY id LIMIT $4",
    .find = WAYMARK_LETTERS "WHERE id = $1",
    .at = WAYMARK_LETTERS WAYMARK_OF_SHARD "AND position = $3 AND " WAYMARK_CURRENT,
    .counts = "SELECT (SELECT count(*) FROM {schema}.dead_letters " WAYMARK_OF_SHARD
              "        AND " WAYMARK_CURRENT "), count(DISTINCT sequence_key), count(*) "
              "FROM {schema}.parked " WAYMARK_OF_SHARD "AND " WAYMARK_CURRENT,
};

constexpr sql::parked_sql parked{
    .park = "INSERT INTO {schema}.parked (projection, shard, generation, sequence_key, position) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    .unpark = "DELETE FROM {schema}.parked " WAYMARK_OF_SHARD
              "AND generation = $3 AND sequence_key = $4 AND position = $5",
    .drop = "DELETE FROM {schema}.parked WHERE projection = $1",
    .keys = "SELECT DISTINCT sequence_key FROM {schema}.parked " WAYMARK_OF_SHARD
            "AND " WAYMARK_CURRENT "ORDER BY sequence_key",
    .positions = "SELECT position FROM {schema}.parked " WAYMARK_OF_SHARD "AND " WAYMARK_CURRENT
                 "AND sequence_key = $3 ORDER BY position",
    .queues =
        "SELECT p.sequence_key, count(*), max(l.id), max(l.projection_version) "
        "FROM {schema}.parked p LEFT JOIN {schema}.dead_letters l ON l.projection = p.projection "
        "AND l.shard = p.shard AND l.generation = p.generation AND l.position = p.position "
        "WHERE p.projection = $1 AND p.shard = $2 AND p." WAYMARK_CURRENT
        "GROUP BY p.sequence_key ORDER BY p.sequence_key",
};

constexpr sql::settled_sql settled{
    .settle = "WITH gone AS (DELETE FROM {schema}.dead_letters " WAYMARK_OF_SHARD
              "AND generation = $3 AND id = $4 RETURNING *) "
              "INSERT INTO {schema}.settled_letters (" WAYMARK_SETTLED_COLUMNS ") "
              "SELECT id, projection, shard, position, generation, sequence_key, event_id, "
              "event_type, error, $5, $6, $7 FROM gone",
    .remove_letter = nullptr,
    .list = "SELECT " WAYMARK_SETTLED_COLUMNS " FROM {schema}.settled_letters "
            "WHERE letter_id > $1 AND ($2 IS NULL OR projection = $2) "
            "AND ($3 IS NULL OR sequence_key = $3) ORDER BY letter_id LIMIT $4",
};

constexpr sql::position_sql positions{
    .save = "INSERT INTO {schema}.positions (name, position, saved_at) "
            "VALUES ($1, $2, coalesce($3, clock_timestamp())) "
            "ON CONFLICT (name) DO UPDATE SET position = excluded.position, "
            "saved_at = excluded.saved_at",
    .load = "SELECT position FROM {schema}.positions WHERE name = $1",
};

} // namespace

const sql::record_sql record_texts{
    .checkpoints = checkpoints,
    .attempts = attempts,
    .letters = letters,
    .parked = parked,
    .settled = settled,
    .positions = positions,
    .enter_claims =
        "SELECT pg_advisory_xact_lock(hashtextextended('waymark claim {schema_name}', 0))",
    .now = "SELECT clock_timestamp()",
};

} // namespace waymark::postgres
