#include "persistence/sqlite/record_sql.hpp"

#include "persistence/sql/columns.hpp"

namespace waymark::sqlite {

namespace {

#define WAYMARK_OF_SHARD "WHERE projection = ?1 AND shard = ?2 "
#define WAYMARK_CHECKPOINTS "SELECT " WAYMARK_CHECKPOINT_COLUMNS " FROM waymark_checkpoints "
#define WAYMARK_LETTERS "SELECT id, " WAYMARK_LETTER_COLUMNS " FROM waymark_dead_letters "

/// The generation that a shard is in; the subquery's parameters are those of the statement.
#define WAYMARK_CURRENT                                                                            \
  "generation = (SELECT generation FROM waymark_checkpoints " WAYMARK_OF_SHARD ") "

#define WAYMARK_SAME_EVENT "position = excluded.position AND generation = excluded.generation"

constexpr const char* of_projection =
    WAYMARK_CHECKPOINTS "WHERE projection = ?1 ORDER BY projection, shard";

constexpr sql::checkpoint_sql checkpoints{
    .find = WAYMARK_CHECKPOINTS WAYMARK_OF_SHARD,
    .of_projection = of_projection,
    .lock_projection = of_projection, // the transaction has the file to itself
    .all = WAYMARK_CHECKPOINTS "ORDER BY projection, shard",
    .put = "INSERT OR REPLACE INTO waymark_checkpoints (" WAYMARK_CHECKPOINT_COLUMNS ") VALUES "
           "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
           "?19, ?20)",
    .generation_at =
        "SELECT generation FROM waymark_checkpoints " WAYMARK_OF_SHARD "AND epoch = ?3",
    .advance = "UPDATE waymark_checkpoints SET position = ?5, event_id_at_position = ?6, "
               "last_event_id = coalesce(?7, last_event_id), "
               "last_event_type = iif(?7 IS NULL, last_event_type, ?8), "
               "last_event_at = iif(?7 IS NULL, last_event_at, ?9), "
               "last_processed_at = iif(?7 IS NULL, last_processed_at, ?10), "
               "events_processed = events_processed + ?11, renewed_at = ?10, "
               "failure = NULL " WAYMARK_OF_SHARD "AND epoch = ?3 AND position = ?4",
    .set_failure = "UPDATE waymark_checkpoints SET failure = ?4 " WAYMARK_OF_SHARD "AND epoch = ?3",
    .release = "UPDATE waymark_checkpoints SET owner = NULL, renewed_at = NULL, "
               "max_batch = 0 " WAYMARK_OF_SHARD "AND epoch = ?3",
    .renew = "UPDATE waymark_checkpoints SET renewed_at = ?2 WHERE owner = ?1",
    .remove_from_shard = "DELETE FROM waymark_checkpoints WHERE projection = ?1 AND shard >= ?2",
    .raise_epochs = "UPDATE waymark_checkpoints SET epoch = epoch + 1 WHERE projection = ?1",
};

constexpr sql::attempt_sql attempts{
    .find = "SELECT " WAYMARK_ATTEMPT_COLUMNS " FROM waymark_attempts " WAYMARK_OF_SHARD,
    .begin = "INSERT INTO waymark_attempts SELECT projection, shard, ?4, ?5, generation, owner, "
             "?6, 0, 0, 0, '' FROM waymark_checkpoints " WAYMARK_OF_SHARD "AND epoch = ?3 "
             "ON CONFLICT (projection, shard) DO UPDATE SET "
             "crashes = iif(" WAYMARK_SAME_EVENT ", crashes, 0), "
             "long_ends = iif(" WAYMARK_SAME_EVENT ", long_ends, 0), "
             "ends = iif(" WAYMARK_SAME_EVENT ", ends, 0), "
             "last_end = iif(" WAYMARK_SAME_EVENT ", last_end, ''), "
             "position = excluded.position, event_id = excluded.event_id, "
             "generation = excluded.generation, owner = excluded.owner, "
             "begun_at = excluded.begun_at",
    .end = "UPDATE waymark_attempts SET owner = NULL " WAYMARK_OF_SHARD
           "AND EXISTS (SELECT 1 FROM waymark_checkpoints " WAYMARK_OF_SHARD "AND epoch = ?3)",
    .settle = "UPDATE waymark_attempts SET owner = ?3, crashes = ?4, long_ends = ?5, ends = ?6, "
              "last_end = ?7 " WAYMARK_OF_SHARD,
    .remove = "DELETE FROM waymark_attempts " WAYMARK_OF_SHARD,
    .drop = "DELETE FROM waymark_attempts WHERE projection = ?1",
};

constexpr sql::letter_sql letters{
    .add = "INSERT INTO waymark_dead_letters (" WAYMARK_LETTER_COLUMNS ") VALUES "
           "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
           "?19, ?20, ?21, ?22, ?23) "
           "ON CONFLICT (projection, shard, position, generation) DO NOTHING",
    .update = "UPDATE waymark_dead_letters SET error = ?5, attempts = ?6, "
              "projection_version = ?7 " WAYMARK_OF_SHARD "AND generation = ?3 AND id = ?4",
    .list = WAYMARK_LETTERS "WHERE id > ?1 AND (?2 IS NULL OR projection = ?2) "
                            "AND (?3 IS NULL OR sequence_key = ?3) ORDER BY id LIMIT ?4",
    .find = WAYMARK_LETTERS "WHERE id = ?1",
    .at = WAYMARK_LETTERS WAYMARK_OF_SHARD "AND position = ?3 AND " WAYMARK_CURRENT,
    .counts = "SELECT (SELECT count(*) FROM waymark_dead_letters " WAYMARK_OF_SHARD
              "        AND " WAYMARK_CURRENT "), count(DISTINCT sequence_key), count(*) "
              "FROM waymark_parked " WAYMARK_OF_SHARD "AND " WAYMARK_CURRENT,
};

constexpr sql::parked_sql parked{
    .park = "INSERT OR IGNORE INTO waymark_parked "
            "(projection, shard, generation, sequence_key, position) VALUES (?1, ?2, ?3, ?4, ?5)",
    .unpark = "DELETE FROM waymark_parked " WAYMARK_OF_SHARD
              "AND generation = ?3 AND sequence_key = ?4 AND position = ?5",
    .drop = "DELETE FROM waymark_parked WHERE projection = ?1",
    .keys = "SELECT DISTINCT sequence_key FROM waymark_parked " WAYMARK_OF_SHARD
            "AND " WAYMARK_CURRENT "ORDER BY sequence_key",
    .positions = "SELECT position FROM waymark_parked " WAYMARK_OF_SHARD "AND " WAYMARK_CURRENT
                 "AND sequence_key = ?3 ORDER BY position",
    .queues = "SELECT p.sequence_key, count(*), max(l.id), max(l.projection_version) "
              "FROM waymark_parked p LEFT JOIN waymark_dead_letters l USING "
              "(projection, shard, generation, position) WHERE p.projection = ?1 AND p.shard = ?2 "
              "AND p." WAYMARK_CURRENT "GROUP BY p.sequence_key ORDER BY p.sequence_key",
};

constexpr sql::settled_sql settled{
    .settle = "INSERT OR REPLACE INTO waymark_settled_letters (" WAYMARK_SETTLED_COLUMNS ") "
              "SELECT id, projection, shard, position, generation, sequence_key, event_id, "
              "event_type, error, ?5, ?6, ?7 FROM waymark_dead_letters " WAYMARK_OF_SHARD
              "AND generation = ?3 AND id = ?4",
    .remove_letter = "DELETE FROM waymark_dead_letters WHERE id = ?1",
    .list = "SELECT " WAYMARK_SETTLED_COLUMNS " FROM waymark_settled_letters "
            "WHERE letter_id > ?1 AND (?2 IS NULL OR projection = ?2) "
            "AND (?3 IS NULL OR sequence_key = ?3) ORDER BY letter_id LIMIT ?4",
};

constexpr sql::position_sql positions{
    .save = "INSERT INTO waymark_positions (name, position, saved_at) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (name) DO UPDATE SET position = excluded.position, "
            "saved_at = excluded.saved_at",
    .load = "SELECT position FROM waymark_positions WHERE name = ?1",
};

} // namespace

const sql::record_sql record_texts{
    .checkpoints = checkpoints,
    .attempts = attempts,
    .letters = letters,
    .parked = parked,
    .settled = settled,
    .positions = positions,
    .enter_claims = nullptr,
    .now = nullptr,
};

} // namespace waymark::sqlite
