#include "persistence/postgres/letter_rows.hpp"

#include "persistence/failure_json.hpp"
#include "persistence/postgres/event_rows.hpp"

#include <algorithm>

namespace waymark::postgres {

namespace {

#define WAYMARK_POSTGRES_LETTER_COLUMNS                                                            \
  "projection, shard, generation, sequence_key, projection_version, error, attempts, "             \
  "created_at, " WAYMARK_POSTGRES_EVENT_COLUMNS

/// The generation that a shard is in; the subqueries' parameters are those of the statement.
#define WAYMARK_POSTGRES_CURRENT                                                                   \
  "generation = (SELECT generation FROM {schema}.checkpoints WHERE projection = $1 AND shard = "   \
  "$2)"

dead_letter letter_from(const rows& from, int row) {
  dead_letter letter;
  letter.id = from.integer(row, 0);
  letter.key = {std::string{from.text(row, 1)}, static_cast<int>(from.integer(row, 2))};
  letter.generation = from.integer(row, 3);
  letter.sequence_key = from.text(row, 4);
  letter.projection_version = static_cast<int>(from.integer(row, 5));
  letter.error = from.text(row, 6);
  letter.attempts = attempts_from_json(from.text(row, 7));
  letter.created_at = from.time(row, 8);
  letter.subject = event_from(from, row, 9);
  letter.position = letter.subject.position;
  return letter;
}

params key_of(const shard_key& key) {
  params result;
  result.add(std::string_view{key.projection}).add(std::int32_t{key.shard});
  return result;
}

std::optional<std::string> storable(const std::optional<std::string>& text) {
  return text ? std::optional{postgres::storable(*text)} : std::nullopt;
}

} // namespace

// A letter may be about an event of another database, which may hold what PostgreSQL's text can't.
void letter_rows::add(const dead_letter& letter, const shard_key& key, std::int64_t generation) {
  const auto& e = letter.subject;
  const auto error = postgres::storable(letter.error);
  const auto attempts = postgres::storable(attempts_to_json(letter.attempts));
  const auto type = postgres::storable(e.event_type);
  const auto aggregate_type = postgres::storable(e.aggregate_type);
  const auto aggregate_id = postgres::storable(e.aggregate_id);
  const auto tenant = storable(e.tenant_id), actor = storable(e.actor_id),
             correlation = storable(e.correlation_id), causation = storable(e.causation_id);
  const auto metadata =
      e.metadata.empty() ? std::nullopt : std::optional{postgres::storable(e.metadata)};
  const auto data = postgres::storable(e.data.text());
  auto with = key_of(key);
  with.add(generation).add_bytes(letter.sequence_key);
  with.add(std::int32_t{letter.projection_version}).add(error).add(attempts);
  with.add(letter.created_at).add(std::int64_t{letter.position}).add(e.event_id).add(type);
  with.add(std::int32_t{e.schema_version}).add(aggregate_type).add(aggregate_id);
  with.add(e.aggregate_version).add(e.occurred_at).add(e.recorded_at);
  with.add(tenant).add(actor).add(correlation).add(causation).add(metadata).add(data);
  (void)on_.run("INSERT INTO {schema}.dead_letters (" WAYMARK_POSTGRES_LETTER_COLUMNS ") VALUES "
                "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
                "$19, $20, $21, $22, $23) "
                "ON CONFLICT (projection, shard, position, generation) DO NOTHING",
                with);
}

bool letter_rows::update(const dead_letter& letter, const shard_key& key,
                         std::int64_t generation) {
  const auto error = postgres::storable(letter.error);
  const auto attempts = postgres::storable(attempts_to_json(letter.attempts));
  auto with = key_of(key);
  with.add(generation).add(letter.id).add(error).add(attempts);
  with.add(std::int32_t{letter.projection_version});
  return on_.run("UPDATE {schema}.dead_letters "
                 "SET error = $5, attempts = $6, projection_version = $7 "
                 "WHERE projection = $1 AND shard = $2 AND generation = $3 AND id = $4",
                 with)
             .changed() == 1;
}

std::vector<dead_letter> letter_rows::list(const letter_query& query) {
  constexpr std::size_t most = 1'000'000'000;
  params with;
  with.add(query.after_id).add(query.projection);
  if (query.sequence_key)
    with.add_bytes(*query.sequence_key);
  else
    with.add_null(oid::bytes);
  with.add(static_cast<std::int64_t>(std::min(query.limit, most)));
  const auto found =
      on_.run("SELECT id, " WAYMARK_POSTGRES_LETTER_COLUMNS " FROM {schema}.dead_letters "
              "WHERE id > $1 AND ($2 IS NULL OR projection = $2) "
              "AND ($3 IS NULL OR sequence_key = $3) ORDER BY id LIMIT $4",
              with);
  std::vector<dead_letter> result;
  for (int row = 0; row < found.size(); ++row)
    result.push_back(letter_from(found, row));
  return result;
}

std::optional<dead_letter> letter_rows::find(std::int64_t id) {
  const auto found = on_.run("SELECT id, " WAYMARK_POSTGRES_LETTER_COLUMNS
                             " FROM {schema}.dead_letters WHERE id = $1",
                             params{}.add(id));
  return found.empty() ? std::nullopt : std::optional{letter_from(found, 0)};
}

std::optional<dead_letter> letter_rows::at(const shard_key& key, position_t position) {
  const auto found = on_.run(
      "SELECT id, " WAYMARK_POSTGRES_LETTER_COLUMNS " FROM {schema}.dead_letters WHERE "
      "projection = $1 AND shard = $2 AND position = $3 AND " WAYMARK_POSTGRES_CURRENT,
      key_of(key).add(std::int64_t{position}));
  return found.empty() ? std::nullopt : std::optional{letter_from(found, 0)};
}

void letter_rows::park(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
                       position_t position) {
  (void)on_.run("INSERT INTO {schema}.parked "
                "(projection, shard, generation, sequence_key, position) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                key_of(key).add(generation).add_bytes(sequence_key).add(std::int64_t{position}));
}

void letter_rows::unpark(const shard_key& key, std::int64_t generation,
                         std::string_view sequence_key, position_t position) {
  (void)on_.run("DELETE FROM {schema}.parked WHERE projection = $1 AND shard = $2 AND "
                "generation = $3 AND sequence_key = $4 AND position = $5",
                key_of(key).add(generation).add_bytes(sequence_key).add(std::int64_t{position}));
}

void letter_rows::drop_parked(std::string_view projection) {
  (void)on_.run("DELETE FROM {schema}.parked WHERE projection = $1", params{}.add(projection));
}

std::vector<std::string> letter_rows::parked_keys(const shard_key& key) {
  const auto found = on_.run("SELECT DISTINCT sequence_key FROM {schema}.parked WHERE "
                             "projection = $1 AND shard = $2 AND " WAYMARK_POSTGRES_CURRENT
                             " ORDER BY sequence_key",
                             key_of(key));
  std::vector<std::string> result;
  for (int row = 0; row < found.size(); ++row)
    result.emplace_back(found.text(row, 0));
  return result;
}

std::vector<position_t> letter_rows::parked_positions(const shard_key& key,
                                                      std::string_view sequence_key) {
  const auto found =
      on_.run("SELECT position FROM {schema}.parked WHERE projection = $1 AND "
              "shard = $2 AND " WAYMARK_POSTGRES_CURRENT " AND sequence_key = $3 ORDER BY position",
              key_of(key).add_bytes(sequence_key));
  std::vector<position_t> result;
  for (int row = 0; row < found.size(); ++row)
    result.push_back(found.integer(row, 0));
  return result;
}

std::vector<parked_queue> letter_rows::parked_queues(const shard_key& key) {
  const auto found = on_.run(
      "SELECT p.sequence_key, count(*), max(l.id), max(l.projection_version) "
      "FROM {schema}.parked p LEFT JOIN {schema}.dead_letters l ON l.projection = p.projection "
      "AND l.shard = p.shard AND l.generation = p.generation AND l.position = p.position "
      "WHERE p.projection = $1 AND p.shard = $2 AND p." WAYMARK_POSTGRES_CURRENT
      " GROUP BY p.sequence_key ORDER BY p.sequence_key",
      key_of(key));
  std::vector<parked_queue> result;
  for (int row = 0; row < found.size(); ++row) {
    parked_queue each{std::string{found.text(row, 0)}, found.integer(row, 1), std::nullopt, 0};
    if (!found.is_null(row, 2)) {
      each.letter_id = found.integer(row, 2);
      each.letter_version = static_cast<int>(found.integer(row, 3));
    }
    result.push_back(std::move(each));
  }
  return result;
}

letter_counts letter_rows::counts(const shard_key& key) {
  const auto found = on_.run(
      "SELECT (SELECT count(*) FROM {schema}.dead_letters "
      "        WHERE projection = $1 AND shard = $2 AND " WAYMARK_POSTGRES_CURRENT "), "
      "       count(DISTINCT sequence_key), count(*) "
      "FROM {schema}.parked WHERE projection = $1 AND shard = $2 AND " WAYMARK_POSTGRES_CURRENT,
      key_of(key));
  return {found.integer(0, 0), found.integer(0, 1), found.integer(0, 2)};
}

} // namespace waymark::postgres
