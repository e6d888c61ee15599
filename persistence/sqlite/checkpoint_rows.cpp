#include "persistence/sqlite/checkpoint_rows.hpp"

#include "persistence/failure_json.hpp"

namespace waymark::sqlite {

namespace {

#define WAYMARK_CHECKPOINT_COLUMNS                                                                 \
  "projection, shard, position, epoch, generation, log_id, event_id_at_position, last_event_id, "  \
  "last_event_type, last_event_at, last_processed_at, events_processed, projection_version, "      \
  "shards, key_rule, owner, renewed_at, failure, max_batch, careful_until"

checkpoint record_from(const statement& row) {
  checkpoint c;
  c.key = {std::string{row.text(0)}, static_cast<int>(row.integer(1))};
  c.position = row.integer(2);
  c.epoch = row.integer(3);
  c.generation = row.integer(4);
  c.log_id = row.text(5);
  c.event_id_at_position = row.id(6);
  if (!row.is_null(7))
    c.last_event_id = row.id(7);
  c.last_event_type = row.text(8);
  c.last_event_at = row.optional_time(9);
  c.last_processed_at = row.optional_time(10);
  c.events_processed = row.integer(11);
  c.projection_version = static_cast<int>(row.integer(12));
  c.shards = static_cast<int>(row.integer(13));
  c.key_rule = row.text(14);
  c.owner = row.optional_text(15);
  c.renewed_at = row.optional_time(16);
  if (!row.is_null(17))
    c.failure = failure_from_json(row.text(17));
  c.max_batch = row.integer(18);
  c.careful_until = row.integer(19);
  return c;
}

void bind_key(statement& to, const shard_key& key) {
  to.bind(1, std::string_view{key.projection}).bind(2, std::int64_t{key.shard});
}

} // namespace

std::vector<checkpoint> checkpoint_rows::read(statement& rows) {
  const running scope{rows};
  std::vector<checkpoint> result;
  while (rows.step())
    result.push_back(record_from(rows));
  return result;
}

std::optional<checkpoint> checkpoint_rows::find(const shard_key& key) {
  auto& rows = on_.prepared("SELECT " WAYMARK_CHECKPOINT_COLUMNS
                            " FROM waymark_checkpoints WHERE projection = ?1 AND shard = ?2");
  bind_key(rows, key);
  auto found = read(rows);
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

std::vector<checkpoint> checkpoint_rows::of_projection(std::string_view projection) {
  auto& rows =
      on_.prepared("SELECT " WAYMARK_CHECKPOINT_COLUMNS
                   " FROM waymark_checkpoints WHERE projection = ?1 ORDER BY projection, shard");
  rows.bind(1, projection);
  return read(rows);
}

std::vector<checkpoint> checkpoint_rows::all() {
  return read(on_.prepared("SELECT " WAYMARK_CHECKPOINT_COLUMNS
                           " FROM waymark_checkpoints ORDER BY projection, shard"));
}

void checkpoint_rows::put(const checkpoint& c) {
  auto& row = on_.prepared(
      "INSERT OR REPLACE INTO waymark_checkpoints (" WAYMARK_CHECKPOINT_COLUMNS ") VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
      "?20)");
  std::optional<std::string> failure;
  if (c.failure)
    failure = failure_to_json(*c.failure);
  bind_key(row, c.key);
  row.bind(3, std::int64_t{c.position})
      .bind(4, c.epoch)
      .bind(5, c.generation)
      .bind(6, std::string_view{c.log_id})
      .bind(7, c.event_id_at_position)
      .bind(8, c.last_event_id)
      .bind(9, std::string_view{c.last_event_type})
      .bind(10, c.last_event_at)
      .bind(11, c.last_processed_at)
      .bind(12, c.events_processed)
      .bind(13, std::int64_t{c.projection_version})
      .bind(14, std::int64_t{c.shards})
      .bind(15, std::string_view{c.key_rule})
      .bind(16, c.owner)
      .bind(17, c.renewed_at)
      .bind(18, failure)
      .bind(19, c.max_batch)
      .bind(20, c.careful_until)
      .run();
}

std::optional<std::int64_t> checkpoint_rows::generation_at(const shard_key& key,
                                                           std::int64_t epoch) {
  auto& row = on_.prepared("SELECT generation FROM waymark_checkpoints "
                           "WHERE projection = ?1 AND shard = ?2 AND epoch = ?3");
  const running scope{row};
  bind_key(row, key);
  row.bind(3, epoch);
  return row.step() ? std::optional{row.integer(0)} : std::nullopt;
}

bool checkpoint_rows::advance(const shard_key& key, std::int64_t epoch,
                              const checkpoint_advance& by, timestamp now) {
  auto& row = on_.prepared(advance_checkpoint_sql);
  bind_key(row, key);
  row.bind(3, epoch)
      .bind(4, std::int64_t{by.from})
      .bind(5, std::int64_t{by.to})
      .bind(6, by.event_id_at_position)
      .bind(7, by.last_event_id)
      .bind(8, std::string_view{by.last_event_type})
      .bind(9, by.last_event_at)
      .bind(10, now)
      .bind(11, by.handled)
      .run();
  return sqlite3_changes64(on_.raw()) == 1;
}

bool checkpoint_rows::set_failure(const shard_key& key, std::int64_t epoch,
                                  const std::optional<stored_failure>& why) {
  auto& row = on_.prepared("UPDATE waymark_checkpoints SET failure = ?4 "
                           "WHERE projection = ?1 AND shard = ?2 AND epoch = ?3");
  std::optional<std::string> text;
  if (why)
    text = failure_to_json(*why);
  bind_key(row, key);
  row.bind(3, epoch).bind(4, text).run();
  return sqlite3_changes64(on_.raw()) == 1;
}

void checkpoint_rows::release(const shard_key& key, std::int64_t epoch) {
  auto& row = on_.prepared("UPDATE waymark_checkpoints "
                           "SET owner = NULL, renewed_at = NULL, max_batch = 0 "
                           "WHERE projection = ?1 AND shard = ?2 AND epoch = ?3");
  bind_key(row, key);
  row.bind(3, epoch).run();
}

void checkpoint_rows::renew(std::string_view owner, timestamp now) {
  on_.prepared("UPDATE waymark_checkpoints SET renewed_at = ?2 WHERE owner = ?1")
      .bind(1, owner)
      .bind(2, now)
      .run();
}

void checkpoint_rows::remove_from_shard(std::string_view projection, int shard) {
  on_.prepared("DELETE FROM waymark_checkpoints WHERE projection = ?1 AND shard >= ?2")
      .bind(1, projection)
      .bind(2, std::int64_t{shard})
      .run();
}

void checkpoint_rows::raise_epochs(std::string_view projection) {
  on_.prepared("UPDATE waymark_checkpoints SET epoch = epoch + 1 WHERE projection = ?1")
      .bind(1, projection)
      .run();
}

} // namespace waymark::sqlite
