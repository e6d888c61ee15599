#include "persistence/sqlite/record_sql.hpp"

namespace waymark::sqlite {

namespace {

#define WAYMARK_SAME_EVENT "position = excluded.position AND generation = excluded.generation"

// Whoever has a writing transaction has the file to itself, and its time is always given.
constexpr sql::record_sql own_texts() {
  sql::record_sql all;
  all.checkpoints.advance =
      "UPDATE {schema}.checkpoints SET position = $5, event_id_at_position = $6, "
      "last_event_id = coalesce($7, last_event_id), "
      "last_event_type = iif($7 IS NULL, last_event_type, $8), "
      "last_event_at = iif($7 IS NULL, last_event_at, $9), "
      "last_processed_at = iif($7 IS NULL, last_processed_at, $10), "
      "careful_until = careful_until + "
      "iif($4 = $5 AND events_processed < careful_until, $11, 0), "
      "events_processed = events_processed + $11, renewed_at = $10, "
      "failure = NULL " WAYMARK_OF_SHARD "AND epoch = $3 AND position = $4";
  all.checkpoints.renew = "UPDATE {schema}.checkpoints SET renewed_at = $2 WHERE owner = $1";
  all.attempts.begin =
      "INSERT INTO {schema}.attempts SELECT projection, shard, $4, $5, generation, owner, "
      "$6, 0, 0, 0, '', $7 FROM {schema}.checkpoints " WAYMARK_OF_SHARD "AND epoch = $3 "
      "ON CONFLICT (projection, shard) DO UPDATE SET "
      "crashes = iif(" WAYMARK_SAME_EVENT ", crashes, 0), "
      "long_ends = iif(" WAYMARK_SAME_EVENT ", long_ends, 0), "
      "ends = iif(" WAYMARK_SAME_EVENT ", ends, 0), "
      "last_end = iif(" WAYMARK_SAME_EVENT ", last_end, ''), "
      "sequence_key = coalesce(excluded.sequence_key, "
      "iif(" WAYMARK_SAME_EVENT ", sequence_key, NULL)), "
      "position = excluded.position, event_id = excluded.event_id, "
      "generation = excluded.generation, owner = excluded.owner, "
      "begun_at = excluded.begun_at";
  all.settled.settle =
      "INSERT OR REPLACE INTO {schema}.settled_letters (" WAYMARK_SETTLED_COLUMNS
      ") SELECT id, projection, shard, position, generation, sequence_key, "
      "event_id, event_type, error, $5, $6, $7 "
      "FROM {schema}.dead_letters " WAYMARK_OF_SHARD "AND generation = $3 AND id = $4";
  all.settled.remove_letter = "DELETE FROM {schema}.dead_letters WHERE id = $1";
  all.positions.save = "INSERT INTO {schema}.positions (name, position, saved_at) "
                       "VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE "
                       "SET position = excluded.position, saved_at = excluded.saved_at";
  return all;
}

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
    in.replace(at, what.size(), by);
}

} // namespace

constinit const sql::record_sql record_texts = own_texts();

// SQLite numbers ?n as they say, and $n by first appearance.
std::string in_sqlite(std::string_view sql) {
  std::string result{sql};
  replace_all(result, "{schema}.", "waymark_");
  replace_all(result, "$", "?");
  return result;
}

} // namespace waymark::sqlite
