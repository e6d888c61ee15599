#include "persistence/sql/checkpoint_rows.hpp"

#include "persistence/failure_json.hpp"

namespace waymark::sql {

namespace {

checkpoint record_from(const row& from) {
  checkpoint c;
  c.key = {std::string{from.text(0)}, number(from, 1)};
  c.position = from.integer(2);
  c.epoch = from.integer(3);
  c.generation = from.integer(4);
  c.log_id = from.text(5);
  c.event_id_at_position = from.id(6);
  if (!from.is_null(7))
    c.last_event_id = from.id(7);
  c.last_event_type = from.text(8);
  c.last_event_at = optional_time(from, 9);
  c.last_processed_at = optional_time(from, 10);
  c.events_processed = from.integer(11);
  c.projection_version = number(from, 12);
  c.shards = number(from, 13);
  c.key_rule = from.text(14);
  c.owner = optional_text(from, 15);
  c.renewed_at = optional_time(from, 16);
  if (!from.is_null(17))
    c.failure = failure_from_json(from.text(17));
  c.max_batch = from.integer(18);
  c.careful_until = from.integer(19);
  return c;
}

std::optional<std::string> json_of(const std::optional<stored_failure>& why) {
  return why ? std::optional{failure_to_json(*why)} : std::nullopt;
}

} // namespace

std::optional<checkpoint> checkpoint_rows::find(const shard_key& key) {
  return on_.one(sql_.find, record_from, key.projection, key.shard);
}

void checkpoint_rows::lock(const shard_key& key) {
  if (sql_.lock != nullptr)
    on_.change(sql_.lock, key.projection, key.shard);
}

std::vector<checkpoint> checkpoint_rows::of_projection(std::string_view projection) {
  return on_.all(sql_.of_projection, record_from, projection);
}

std::vector<checkpoint> checkpoint_rows::all() {
  return on_.all(sql_.all, record_from);
}

void checkpoint_rows::put(const checkpoint& c) {
  const auto failure = json_of(c.failure);
  on_.change(sql_.put, c.key.projection, c.key.shard, c.position, c.epoch, c.generation, c.log_id,
             c.event_id_at_position, c.last_event_id, c.last_event_type, c.last_event_at,
             c.last_processed_at, c.events_processed, c.projection_version, c.shards, c.key_rule,
             c.owner, c.renewed_at, foreign_text{failure}, c.max_batch, c.careful_until);
}

std::optional<std::int64_t> checkpoint_rows::generation_at(const shard_key& key,
                                                           std::int64_t epoch) {
  return on_.one(
      sql_.generation_at, [](const row& from) { return from.integer(0); }, key.projection,
      key.shard, epoch);
}

bool checkpoint_rows::advance(const shard_key& key, std::int64_t epoch,
                              const checkpoint_advance& by, std::optional<timestamp> now) {
  return on_.change(sql_.advance, key.projection, key.shard, epoch, by.from, by.to,
                    by.event_id_at_position, by.last_event_id, by.last_event_type, by.last_event_at,
                    now, by.handled) == 1;
}

bool checkpoint_rows::set_failure(const shard_key& key, std::int64_t epoch,
                                  const std::optional<stored_failure>& why) {
  const auto text = json_of(why);
  return on_.change(sql_.set_failure, key.projection, key.shard, epoch, foreign_text{text}) == 1;
}

void checkpoint_rows::release(const shard_key& key, std::int64_t epoch) {
  on_.change(sql_.release, key.projection, key.shard, epoch);
}

void checkpoint_rows::renew(std::string_view owner, std::optional<timestamp> now) {
  on_.change(sql_.renew, owner, now);
}

std::vector<ownership> checkpoint_rows::owned_by(std::string_view owner) {
  return on_.all(
      sql_.owned_by,
      [](const row& from) {
        return ownership{{std::string{from.text(0)}, number(from, 1)}, from.integer(2)};
      },
      owner);
}

void checkpoint_rows::remove_from_shard(std::string_view projection, int shard) {
  on_.change(sql_.remove_from_shard, projection, shard);
}

void checkpoint_rows::raise_epochs(std::string_view projection) {
  on_.change(sql_.raise_epochs, projection);
}

} // namespace waymark::sql
