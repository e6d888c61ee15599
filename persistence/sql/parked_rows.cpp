#include "persistence/sql/parked_rows.hpp"

namespace waymark::sql {

namespace {

parked_queue queue_from(const row& from) {
  parked_queue queue{std::string{from.text(0)}, from.integer(1), std::nullopt, 0};
  if (!from.is_null(2)) {
    queue.letter_id = from.integer(2);
    queue.letter_version = number(from, 3);
  }
  return queue;
}

} // namespace

void parked_rows::park(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
                       position_t position) {
  on_.change(sql_.park, key.projection, key.shard, generation, byte_text{sequence_key}, position);
}

void parked_rows::unpark(const shard_key& key, std::int64_t generation,
                         std::string_view sequence_key, position_t position) {
  on_.change(sql_.unpark, key.projection, key.shard, generation, byte_text{sequence_key}, position);
}

void parked_rows::drop(std::string_view projection) {
  on_.change(sql_.drop, projection);
}

std::vector<std::string> parked_rows::keys(const shard_key& key) {
  return on_.all(
      sql_.keys, [](const row& from) { return std::string{from.text(0)}; }, key.projection,
      key.shard);
}

std::vector<position_t> parked_rows::positions(const shard_key& key,
                                               std::string_view sequence_key) {
  return on_.all(
      sql_.positions, [](const row& from) { return from.integer(0); }, key.projection, key.shard,
      byte_text{sequence_key});
}

std::vector<parked_queue> parked_rows::queues(const shard_key& key) {
  return on_.all(sql_.queues, queue_from, key.projection, key.shard);
}

} // namespace waymark::sql
