#include "persistence/postgres/attempt_rows.hpp"

namespace waymark::postgres {

namespace {

params key_of(const shard_key& key) {
  params result;
  result.add(std::string_view{key.projection}).add(std::int32_t{key.shard});
  return result;
}

} // namespace

std::optional<attempt_marker> attempt_rows::find(const shard_key& key) {
  const auto found = on_.run("SELECT position, event_id, generation, owner, begun_at, crashes, "
                             "long_ends, ends, last_end FROM {schema}.attempts "
                             "WHERE projection = $1 AND shard = $2",
                             key_of(key));
  if (found.empty())
    return std::nullopt;
  attempt_marker m;
  m.position = found.integer(0, 0);
  m.event_id = found.id(0, 1);
  m.generation = found.integer(0, 2);
  m.owner = found.optional_text(0, 3);
  m.begun_at = found.optional_time(0, 4).value_or(timestamp{});
  m.counts.crashes = static_cast<int>(found.integer(0, 5));
  m.counts.long_ends = static_cast<int>(found.integer(0, 6));
  m.counts.ends = static_cast<int>(found.integer(0, 7));
  m.last_end = found.text(0, 8);
  return m;
}

#define WAYMARK_SAME_EVENT                                                                         \
  "CASE WHEN a.position = excluded.position AND a.generation = excluded.generation THEN "

bool attempt_rows::begin(const shard_key& key, std::int64_t epoch, const attempt_marker& subject,
                         std::optional<timestamp> now) {
  auto with = key_of(key);
  with.add(epoch).add(std::int64_t{subject.position}).add(subject.event_id).add(now);
  return on_.run("INSERT INTO {schema}.attempts AS a SELECT projection, shard, $4, $5, generation, "
                 "owner, coalesce($6, clock_timestamp()), 0, 0, 0, '' FROM {schema}.checkpoints "
                 "WHERE projection = $1 AND shard = $2 AND epoch = $3 FOR SHARE "
                 "ON CONFLICT (projection, shard) DO UPDATE SET "
                 "crashes = " WAYMARK_SAME_EVENT "a.crashes ELSE 0 END, "
                 "long_ends = " WAYMARK_SAME_EVENT "a.long_ends ELSE 0 END, "
                 "ends = " WAYMARK_SAME_EVENT "a.ends ELSE 0 END, "
                 "last_end = " WAYMARK_SAME_EVENT "a.last_end ELSE '' END, "
                 "position = excluded.position, event_id = excluded.event_id, "
                 "generation = excluded.generation, owner = excluded.owner, "
                 "begun_at = excluded.begun_at",
                 with)
             .changed() == 1;
}

void attempt_rows::end(const shard_key& key, std::int64_t epoch) {
  (void)on_.run("UPDATE {schema}.attempts SET owner = NULL WHERE projection = $1 AND shard = $2 "
                "AND EXISTS (SELECT 1 FROM {schema}.checkpoints "
                "WHERE projection = $1 AND shard = $2 AND epoch = $3)",
                key_of(key).add(epoch));
}

void attempt_rows::settle(const shard_key& key, const std::optional<attempt_marker>& marker) {
  auto with = key_of(key);
  if (!marker) {
    (void)on_.run("DELETE FROM {schema}.attempts WHERE projection = $1 AND shard = $2", with);
    return;
  }
  with.add(marker->owner).add(std::int32_t{marker->counts.crashes});
  with.add(std::int32_t{marker->counts.long_ends}).add(std::int32_t{marker->counts.ends});
  with.add(marker->last_end);
  (void)on_.run("UPDATE {schema}.attempts SET owner = $3, crashes = $4, long_ends = $5, "
                "ends = $6, last_end = $7 WHERE projection = $1 AND shard = $2",
                with);
}

void attempt_rows::drop(std::string_view projection) {
  (void)on_.run("DELETE FROM {schema}.attempts WHERE projection = $1", params{}.add(projection));
}

} // namespace waymark::postgres
