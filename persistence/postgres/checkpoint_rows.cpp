#include "persistence/postgres/checkpoint_rows.hpp"

#include "persistence/failure_json.hpp"

namespace waymark::postgres {

namespace {

#define WAYMARK_POSTGRES_CHECKPOINT_COLUMNS                                                        \
  "projection, shard, position, epoch, generation, log_id, event_id_at_position, last_event_id, "  \
  "last_event_type, last_event_at, last_processed_at, events_processed, projection_version, "      \
  "shards, key_rule, owner, renewed_at, failure, max_batch, careful_until"

checkpoint record_from(const rows& from, int row) {
  checkpoint c;
  c.key = {std::string{from.text(row, 0)}, static_cast<int>(from.integer(row, 1))};
  c.position = from.integer(row, 2);
  c.epoch = from.integer(row, 3);
  c.generation = from.integer(row, 4);
  c.log_id = from.text(row, 5);
  c.event_id_at_position = from.id(row, 6);
  if (!from.is_null(row, 7))
    c.last_event_id = from.id(row, 7);
  c.last_event_type = from.text(row, 8);
  c.last_event_at = from.optional_time(row, 9);
  c.last_processed_at = from.optional_time(row, 10);
  c.events_processed = from.integer(row, 11);
  c.projection_version = static_cast<int>(from.integer(row, 12));
  c.shards = static_cast<int>(from.integer(row, 13));
  c.key_rule = from.text(row, 14);
  c.owner = from.optional_text(row, 15);
  c.renewed_at = from.optional_time(row, 16);
  if (!from.is_null(row, 17))
    c.failure = failure_from_json(from.text(row, 17));
  c.max_batch = from.integer(row, 18);
  c.careful_until = from.integer(row, 19);
  return c;
}

std::vector<checkpoint> records_from(const rows& from) {
  std::vector<checkpoint> result;
  for (int row = 0; row < from.size(); ++row)
    result.push_back(record_from(from, row));
  return result;
}

params key_of(const shard_key& key) {
  params result;
  result.add(std::string_view{key.projection}).add(std::int32_t{key.shard});
  return result;
}

std::optional<std::string> text_of(const std::optional<stored_failure>& why) {
  return why ? std::optional{storable(failure_to_json(*why))} : std::nullopt;
}

} // namespace

std::optional<checkpoint> checkpoint_rows::find(const shard_key& key) {
  auto found = records_from(on_.run("SELECT " WAYMARK_POSTGRES_CHECKPOINT_COLUMNS
                                    " FROM {schema}.checkpoints "
                                    "WHERE projection = $1 AND shard = $2",
                                    key_of(key)));
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

std::vector<checkpoint> checkpoint_rows::lock_projection(std::string_view projection) {
  return records_from(on_.run("SELECT " WAYMARK_POSTGRES_CHECKPOINT_COLUMNS
                              " FROM {schema}.checkpoints WHERE projection = $1 "
                              "ORDER BY projection, shard FOR UPDATE",
                              params{}.add(projection)));
}

std::vector<checkpoint> checkpoint_rows::of_projection(std::string_view projection) {
  return records_from(on_.run("SELECT " WAYMARK_POSTGRES_CHECKPOINT_COLUMNS
                              " FROM {schema}.checkpoints WHERE projection = $1 "
                              "ORDER BY projection, shard",
                              params{}.add(projection)));
}

std::vector<checkpoint> checkpoint_rows::all() {
  return records_from(on_.run("SELECT " WAYMARK_POSTGRES_CHECKPOINT_COLUMNS
                              " FROM {schema}.checkpoints ORDER BY projection, shard"));
}

void checkpoint_rows::put(const checkpoint& c) {
  const auto failure = text_of(c.failure);
  auto with = key_of(c.key);
  with.add(std::int64_t{c.position}).add(c.epoch).add(c.generation).add(c.log_id);
  with.add(c.event_id_at_position).add(c.last_event_id).add(c.last_event_type);
  with.add(c.last_event_at).add(c.last_processed_at).add(c.events_processed);
  with.add(std::int32_t{c.projection_version}).add(std::int32_t{c.shards}).add(c.key_rule);
  with.add(c.owner).add(c.renewed_at).add(failure);
  with.add(c.max_batch).add(c.careful_until);
  (void)on_.run(
      "INSERT INTO {schema}.checkpoints AS c (" WAYMARK_POSTGRES_CHECKPOINT_COLUMNS ") VALUES "
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
      with);
}

std::optional<std::int64_t> checkpoint_rows::generation_at(const shard_key& key,
                                                           std::int64_t epoch) {
  const auto found = on_.run("SELECT generation FROM {schema}.checkpoints "
                             "WHERE projection = $1 AND shard = $2 AND epoch = $3",
                             key_of(key).add(epoch));
  return found.empty() ? std::nullopt : std::optional{found.integer(0, 0)};
}

bool checkpoint_rows::advance(const shard_key& key, std::int64_t epoch,
                              const checkpoint_advance& by, std::optional<timestamp> now) {
  auto with = key_of(key);
  with.add(epoch).add(std::int64_t{by.from}).add(std::int64_t{by.to});
  with.add(by.event_id_at_position).add(by.last_event_id).add(by.last_event_type);
  with.add(by.last_event_at).add(now).add(by.handled);
  return on_.run("UPDATE {schema}.checkpoints SET position = $5, event_id_at_position = $6, "
                 "last_event_id = coalesce($7, last_event_id), "
                 "last_event_type = CASE WHEN $7 IS NULL THEN last_event_type ELSE $8 END, "
                 "last_event_at = CASE WHEN $7 IS NULL THEN last_event_at ELSE $9 END, "
                 "last_processed_at = CASE WHEN $7 IS NULL THEN last_processed_at "
                 "                         ELSE coalesce($10, clock_timestamp()) END, "
                 "events_processed = events_processed + $11, "
                 "renewed_at = coalesce($10, clock_timestamp()), failure = NULL "
                 "WHERE projection = $1 AND shard = $2 AND epoch = $3 AND position = $4",
                 with)
             .changed() == 1;
}

bool checkpoint_rows::set_failure(const shard_key& key, std::int64_t epoch,
                                  const std::optional<stored_failure>& why) {
  const auto text = text_of(why);
  return on_.run("UPDATE {schema}.checkpoints SET failure = $4 "
                 "WHERE projection = $1 AND shard = $2 AND epoch = $3",
                 key_of(key).add(epoch).add(text))
             .changed() == 1;
}

void checkpoint_rows::release(const shard_key& key, std::int64_t epoch) {
  (void)on_.run("UPDATE {schema}.checkpoints SET owner = NULL, renewed_at = NULL, max_batch = 0 "
                "WHERE projection = $1 AND shard = $2 AND epoch = $3",
                key_of(key).add(epoch));
}

// Rows that a commit of their own is about to renew are left to it.
void checkpoint_rows::renew(std::string_view owner, std::optional<timestamp> now) {
  (void)on_.run("UPDATE {schema}.checkpoints SET renewed_at = coalesce($2, clock_timestamp()) "
                "WHERE (projection, shard) IN (SELECT projection, shard FROM {schema}.checkpoints "
                "  WHERE owner = $1 ORDER BY projection, shard FOR UPDATE SKIP LOCKED)",
                params{}.add(owner).add(now));
}

void checkpoint_rows::remove_from_shard(std::string_view projection, int shard) {
  (void)on_.run("DELETE FROM {schema}.checkpoints WHERE projection = $1 AND shard >= $2",
                params{}.add(projection).add(std::int32_t{shard}));
}

void checkpoint_rows::raise_epochs(std::string_view projection) {
  (void)on_.run("UPDATE {schema}.checkpoints SET epoch = epoch + 1 WHERE projection = $1",
                params{}.add(projection));
}

} // namespace waymark::postgres
