#include "persistence/sql/attempt_rows.hpp"

namespace waymark::sql {

namespace {

attempt_marker marker_from(const row& from) {
  attempt_marker m;
  m.position = from.integer(0);
  m.event_id = from.id(1);
  m.generation = from.integer(2);
  m.owner = optional_text(from, 3);
  m.begun_at = optional_time(from, 4).value_or(timestamp{});
  m.counts.crashes = number(from, 5);
  m.counts.long_ends = number(from, 6);
  m.counts.ends = number(from, 7);
  m.last_end = from.text(8);
  m.sequence_key = optional_text(from, 9);
  return m;
}

} // namespace

std::optional<attempt_marker> attempt_rows::find(const shard_key& key) {
  return on_.one(sql_.find, marker_from, key.projection, key.shard);
}

bool attempt_rows::begin(const shard_key& key, std::int64_t epoch, const attempt_marker& subject,
                         std::optional<timestamp> now) {
  return on_.change(sql_.begin, key.projection, key.shard, epoch, subject.position,
                    subject.event_id, now, byte_text{subject.sequence_key}) == 1;
}

void attempt_rows::end(const shard_key& key, std::int64_t epoch) {
  on_.change(sql_.end, key.projection, key.shard, epoch);
}

void attempt_rows::settle(const shard_key& key, const std::optional<attempt_marker>& marker) {
  if (marker)
    on_.change(sql_.settle, key.projection, key.shard, marker->owner, marker->counts.crashes,
               marker->counts.long_ends, marker->counts.ends, marker->last_end);
  else
    on_.change(sql_.remove, key.projection, key.shard);
}

void attempt_rows::drop(std::string_view projection) {
  on_.change(sql_.drop, projection);
}

} // namespace waymark::sql
