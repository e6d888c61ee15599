#pragma once

#include "persistence/sql/columns.hpp"

#define WAYMARK_OF_SHARD "WHERE projection = $1 AND shard = $2 "
#define WAYMARK_CHECKPOINTS "SELECT " WAYMARK_CHECKPOINT_COLUMNS " FROM {schema}.checkpoints "
#define WAYMARK_LETTERS "SELECT id, " WAYMARK_LETTER_COLUMNS " FROM {schema}.dead_letters "

/// The generation that a shard is in; the subquery's parameters are those of the statement.
#define WAYMARK_CURRENT                                                                            \
  "generation = (SELECT generation FROM {schema}.checkpoints " WAYMARK_OF_SHARD ") "

namespace waymark::sql {

// The statements on waymark's own records. What stands here every database takes as it is; what is
// null it says in its own way. `{schema}.` stands before the name of a table. Before each statement
// stand its parameters in order, where "shard" are two, projection and shard; and what it answers
// where that is not the columns of a record (columns.hpp).

struct checkpoint_sql {
  /// shard
  const char* find = WAYMARK_CHECKPOINTS WAYMARK_OF_SHARD;

  /// projection
  const char* of_projection =
      WAYMARK_CHECKPOINTS "WHERE projection = $1 ORDER BY projection, shard";

  /// shard; keeps others from writing the row until the transaction ends. Null if whoever has a
  /// writing transaction does so anyway.
  const char* lock = nullptr;

  const char* all = WAYMARK_CHECKPOINTS "ORDER BY projection, shard";

  /// the columns; in the place of the record with the same key
  const char* put =
      "INSERT INTO {schema}.checkpoints (" WAYMARK_CHECKPOINT_COLUMNS ") VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) "
      "ON CONFLICT (projection, shard) DO UPDATE SET position = excluded.position, "
      "epoch = excluded.epoch, generation = excluded.generation, log_id = excluded.log_id, "
      "event_id_at_position = excluded.event_id_at_position, "
      "last_event_id = excluded.last_event_id, last_event_type = excluded.last_event_type, "
      "last_event_at = excluded.last_event_at, last_processed_at = excluded.last_processed_at, "
      "events_processed = excluded.events_processed, "
      "projection_version = excluded.projection_version, shards = excluded.shards, "
      "key_rule = excluded.key_rule, owner = excluded.owner, renewed_at = excluded.renewed_at, "
      "failure = excluded.failure, max_batch = excluded.max_batch, "
      "careful_until = excluded.careful_until";

  /// shard, epoch; answers the generation
  const char* generation_at =
      "SELECT generation FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3";

  /// shard, epoch, from, to, id at the position; last event's id, type and time; now, handled
  const char* advance = nullptr;

  /// shard, epoch, failure
  const char* set_failure =
      "UPDATE {schema}.checkpoints SET failure = $4 " WAYMARK_OF_SHARD "AND epoch = $3";

  /// shard, epoch
  const char* release = "UPDATE {schema}.checkpoints SET owner = NULL, renewed_at = NULL, "
                        "max_batch = 0 " WAYMARK_OF_SHARD "AND epoch = $3";

  /// owner, now
  const char* renew = nullptr;

  /// owner
  const char* owned_by = "SELECT projection, shard, epoch FROM {schema}.checkpoints "
                         "WHERE owner = $1";

  /// projection, first shard to go
  const char* remove_from_shard =
      "DELETE FROM {schema}.checkpoints WHERE projection = $1 AND shard >= $2";

  /// projection
  const char* raise_epochs =
      "UPDATE {schema}.checkpoints SET epoch = epoch + 1 WHERE projection = $1";
};

struct attempt_sql {
  /// shard
  const char* find = "SELECT " WAYMARK_ATTEMPT_COLUMNS " FROM {schema}.attempts " WAYMARK_OF_SHARD;

  /// shard, epoch, position, event id, now, sequence key or null
  const char* begin = nullptr;

  /// shard, epoch
  const char* end =
      "UPDATE {schema}.attempts SET owner = NULL " WAYMARK_OF_SHARD
      "AND EXISTS (SELECT 1 FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3)";

  /// shard, owner, crashes, long ends, ends, last end
  const char* settle =
      "UPDATE {schema}.attempts SET owner = $3, crashes = $4, long_ends = $5, ends = $6, "
      "last_end = $7 " WAYMARK_OF_SHARD;

  /// shard
  const char* remove = "DELETE FROM {schema}.attempts " WAYMARK_OF_SHARD;

  /// projection
  const char* drop = "DELETE FROM {schema}.attempts WHERE projection = $1";
};

struct letter_sql {
  /// the columns; nothing if there is one of the position and generation
  const char* add =
      "INSERT INTO {schema}.dead_letters (" WAYMARK_LETTER_COLUMNS ") VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
      "$21, $22, $23) ON CONFLICT (projection, shard, position, generation) DO NOTHING";

  /// shard, generation, id, error, attempts, version
  const char* update =
      "UPDATE {schema}.dead_letters SET error = $5, attempts = $6, "
      "projection_version = $7 " WAYMARK_OF_SHARD "AND generation = $3 AND id = $4";

  /// id to begin behind, projection or null, sequence key or null, most
  const char* list = WAYMARK_LETTERS "WHERE id > $1 AND ($2 IS NULL OR projection = $2) "
                                     "AND ($3 IS NULL OR sequence_key = $3) ORDER BY id LIMIT $4";

  /// id
  const char* find = WAYMARK_LETTERS "WHERE id = $1";

  /// shard, position
  const char* at = WAYMARK_LETTERS WAYMARK_OF_SHARD "AND position = $3 AND " WAYMARK_CURRENT;

  /// shard; answers letters, parked keys, parked events
  const char* counts = "SELECT (SELECT count(*) FROM {schema}.dead_letters " WAYMARK_OF_SHARD
                       "AND " WAYMARK_CURRENT "), count(DISTINCT sequence_key), count(*) "
                       "FROM {schema}.parked " WAYMARK_OF_SHARD "AND " WAYMARK_CURRENT;
};

struct parked_sql {
  /// shard, generation, sequence key, position
  const char* park =
      "INSERT INTO {schema}.parked (projection, shard, generation, sequence_key, position) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

  /// as `park`
  const char* unpark = "DELETE FROM {schema}.parked " WAYMARK_OF_SHARD
                       "AND generation = $3 AND sequence_key = $4 AND position = $5";

  /// projection
  const char* drop = "DELETE FROM {schema}.parked WHERE projection = $1";

  /// shard; answers each key once
  const char* keys = "SELECT DISTINCT sequence_key FROM {schema}.parked " WAYMARK_OF_SHARD
                     "AND " WAYMARK_CURRENT "ORDER BY sequence_key";

  /// shard, sequence key
  const char* positions = "SELECT position FROM {schema}.parked " WAYMARK_OF_SHARD
                          "AND " WAYMARK_CURRENT "AND sequence_key = $3 ORDER BY position";

  /// shard; answers key, events, id of the key's letter or null, its projection version
  const char* queues =
      "SELECT p.sequence_key, count(*), max(l.id), max(l.projection_version) "
      "FROM {schema}.parked p LEFT JOIN {schema}.dead_letters l ON l.projection = p.projection "
      "AND l.shard = p.shard AND l.generation = p.generation AND l.position = p.position "
      "WHERE p.projection = $1 AND p.shard = $2 AND p." WAYMARK_CURRENT
      "GROUP BY p.sequence_key ORDER BY p.sequence_key";
};

struct settled_sql {
  /// shard, generation, id, verb, by, at; makes a letter the record of how it was settled
  const char* settle = nullptr;

  /// id; takes the letter away, null if `settle` has
  const char* remove_letter = nullptr;

  /// as letter_sql::list
  const char* list = "SELECT " WAYMARK_SETTLED_COLUMNS " FROM {schema}.settled_letters "
                     "WHERE letter_id > $1 AND ($2 IS NULL OR projection = $2) "
                     "AND ($3 IS NULL OR sequence_key = $3) ORDER BY letter_id LIMIT $4";
};

struct position_sql {
  /// name, position, now
  const char* save = nullptr;

  /// name; answers the position
  const char* load = "SELECT position FROM {schema}.positions WHERE name = $1";
};

/// All of them. The texts live as long as the program: prepared statements are found by their
/// addresses.
struct record_sql {
  checkpoint_sql checkpoints{};
  attempt_sql attempts{};
  letter_sql letters{};
  parked_sql parked{};
  settled_sql settled{};
  position_sql positions{};
  /// Waits until it is alone with claims, resets and the making of tables; null if whoever has a
  /// writing transaction is.
  const char* enter_claims = nullptr;
  /// Lets the transaction wait only a moment for what others have locked; null if it never does.
  const char* be_impatient = nullptr;
  const char* now = nullptr; ///< The database's clock; null if every time is given.
};

} // namespace waymark::sql
