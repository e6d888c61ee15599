#include "persistence/sqlite/attempt_rows.hpp"

namespace waymark::sqlite {

namespace {

void bind_key(statement& to, const shard_key& key) {
  to.bind(1, std::string_view{key.projection}).bind(2, std::int64_t{key.shard});
}

} // namespace

std::optional<attempt_marker> attempt_rows::find(const shard_key& key) {
  auto& row = on_.prepared("SELECT position, event_id, generation, owner, begun_at, crashes, "
                           "long_ends, ends, last_end FROM waymark_attempts "
                           "WHERE projection = ?1 AND shard = ?2");
  const running scope{row};
  bind_key(row, key);
  if (!row.step())
    return std::nullopt;
  attempt_marker m;
  m.position = row.integer(0);
  m.event_id = row.id(1);
  m.generation = row.integer(2);
  m.owner = row.optional_text(3);
  m.begun_at = row.time(4);
  m.counts.crashes = static_cast<int>(row.integer(5));
  m.counts.long_ends = static_cast<int>(row.integer(6));
  m.counts.ends = static_cast<int>(row.integer(7));
  m.last_end = row.text(8);
  return m;
}

#define WAYMARK_SAME_EVENT "position = excluded.position AND generation = excluded.generation"

bool attempt_rows::begin(const shard_key& key, std::int64_t epoch, const attempt_marker& subject,
                         timestamp now) {
  auto& row = on_.prepared(
      "INSERT INTO waymark_attempts SELECT projection, shard, ?4, ?5, generation, owner, ?6, "
      "0, 0, 0, '' FROM waymark_checkpoints WHERE projection = ?1 AND shard = ?2 AND epoch = ?3 "
      "ON CONFLICT (projection, shard) DO UPDATE SET "
      "crashes = iif(" WAYMARK_SAME_EVENT ", crashes, 0), "
      "long_ends = iif(" WAYMARK_SAME_EVENT ", long_ends, 0), "
      "ends = iif(" WAYMARK_SAME_EVENT ", ends, 0), "
      "last_end = iif(" WAYMARK_SAME_EVENT ", last_end, ''), "
      "position = excluded.position, event_id = excluded.event_id, "
      "generation = excluded.generation, owner = excluded.owner, begun_at = excluded.begun_at");
  bind_key(row, key);
  row.bind(3, epoch)
      .bind(4, std::int64_t{subject.position})
      .bind(5, subject.event_id)
      .bind(6, now)
      .run();
  return sqlite3_changes64(on_.raw()) == 1;
}

void attempt_rows::end(const shard_key& key, std::int64_t epoch) {
  auto& row = on_.prepared(
      "UPDATE waymark_attempts SET owner = NULL WHERE projection = ?1 AND shard = ?2 AND EXISTS "
      "(SELECT 1 FROM waymark_checkpoints WHERE projection = ?1 AND shard = ?2 AND epoch = ?3)");
  bind_key(row, key);
  row.bind(3, epoch).run();
}

void attempt_rows::settle(const shard_key& key, const std::optional<attempt_marker>& marker) {
  if (!marker) {
    auto& row =
        on_.prepared("DELETE FROM waymark_attempts WHERE projection = ?1 AND shard = ?2");
    bind_key(row, key);
    row.run();
    return;
  }
  auto& row = on_.prepared("UPDATE waymark_attempts SET owner = ?3, crashes = ?4, long_ends = ?5, "
                           "ends = ?6, last_end = ?7 WHERE projection = ?1 AND shard = ?2");
  bind_key(row, key);
  row.bind(3, marker->owner)
      .bind(4, std::int64_t{marker->counts.crashes})
      .bind(5, std::int64_t{marker->counts.long_ends})
      .bind(6, std::int64_t{marker->counts.ends})
      .bind(7, std::string_view{marker->last_end})
      .run();
}

void attempt_rows::drop(std::string_view projection) {
  on_.prepared("DELETE FROM waymark_attempts WHERE projection = ?1").bind(1, projection).run();
}

} // namespace waymark::sqlite
