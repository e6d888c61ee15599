#include "persistence/sqlite/letter_rows.hpp"

#include "persistence/failure_json.hpp"
#include "persistence/sqlite/event_rows.hpp"

#include <algorithm>

namespace waymark::sqlite {

namespace {

#define WAYMARK_LETTER_COLUMNS                                                                     \
  "projection, shard, generation, sequence_key, projection_version, error, attempts, "             \
  "created_at, " WAYMARK_EVENT_COLUMNS

/// The generation that a shard is in; the subqueries' parameters are those of the statement.
#define WAYMARK_CURRENT                                                                            \
  "generation = (SELECT generation FROM waymark_checkpoints WHERE projection = ?1 AND shard = ?2)"

dead_letter letter_from(const statement& row) {
  dead_letter letter;
  letter.id = row.integer(0);
  letter.key = {std::string{row.text(1)}, static_cast<int>(row.integer(2))};
  letter.generation = row.integer(3);
  letter.sequence_key = row.text(4);
  letter.projection_version = static_cast<int>(row.integer(5));
  letter.error = row.text(6);
  letter.attempts = attempts_from_json(row.text(7));
  letter.created_at = row.time(8);
  letter.subject = event_from(row, 9);
  letter.position = letter.subject.position;
  return letter;
}

void bind_key(statement& to, const shard_key& key) {
  to.bind(1, std::string_view{key.projection}).bind(2, std::int64_t{key.shard});
}

} // namespace

void letter_rows::add(const dead_letter& letter, const shard_key& key, std::int64_t generation) {
  auto& row = on_.prepared(
      "INSERT INTO waymark_dead_letters (" WAYMARK_LETTER_COLUMNS ") VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
      "?21, ?22, ?23) ON CONFLICT (projection, shard, position, generation) DO NOTHING");
  const auto attempts = attempts_to_json(letter.attempts);
  bind_key(row, key);
  row.bind(3, generation)
      .bind(4, std::string_view{letter.sequence_key})
      .bind(5, std::int64_t{letter.projection_version})
      .bind(6, std::string_view{letter.error})
      .bind(7, std::string_view{attempts})
      .bind(8, letter.created_at);
  bind_event(row, 9, letter.subject, letter.subject.data.text());
  row.bind(9, std::int64_t{letter.position}).run();
}

bool letter_rows::update(const dead_letter& letter, const shard_key& key,
                         std::int64_t generation) {
  auto& row = on_.prepared("UPDATE waymark_dead_letters "
                           "SET error = ?5, attempts = ?6, projection_version = ?7 "
                           "WHERE projection = ?1 AND shard = ?2 AND generation = ?3 AND id = ?4");
  const auto attempts = attempts_to_json(letter.attempts);
  bind_key(row, key);
  row.bind(3, generation)
      .bind(4, letter.id)
      .bind(5, std::string_view{letter.error})
      .bind(6, std::string_view{attempts})
      .bind(7, std::int64_t{letter.projection_version})
      .run();
  return sqlite3_changes64(on_.raw()) == 1;
}

std::vector<dead_letter> letter_rows::list(const letter_query& query) {
  auto& rows = on_.prepared("SELECT id, " WAYMARK_LETTER_COLUMNS " FROM waymark_dead_letters "
                            "WHERE id > ?1 AND (?2 IS NULL OR projection = ?2) "
                            "AND (?3 IS NULL OR sequence_key = ?3) ORDER BY id LIMIT ?4");
  const running scope{rows};
  constexpr std::size_t most = 1'000'000'000;
  rows.bind(1, query.after_id)
      .bind(2, query.projection)
      .bind(3, query.sequence_key)
      .bind(4, static_cast<std::int64_t>(std::min(query.limit, most)));
  std::vector<dead_letter> result;
  while (rows.step())
    result.push_back(letter_from(rows));
  return result;
}

std::optional<dead_letter> letter_rows::find(std::int64_t id) {
  auto& row =
      on_.prepared("SELECT id, " WAYMARK_LETTER_COLUMNS " FROM waymark_dead_letters WHERE id = ?1");
  const running scope{row};
  row.bind(1, id);
  return row.step() ? std::optional{letter_from(row)} : std::nullopt;
}

std::optional<dead_letter> letter_rows::at(const shard_key& key, position_t position) {
  auto& row = on_.prepared("SELECT id, " WAYMARK_LETTER_COLUMNS " FROM waymark_dead_letters WHERE "
                           "projection = ?1 AND shard = ?2 AND position = ?3 AND " WAYMARK_CURRENT);
  const running scope{row};
  bind_key(row, key);
  row.bind(3, std::int64_t{position});
  return row.step() ? std::optional{letter_from(row)} : std::nullopt;
}

void letter_rows::park(const shard_key& key, std::int64_t generation, std::string_view sequence_key,
                       position_t position) {
  auto& row = on_.prepared("INSERT OR IGNORE INTO waymark_parked "
                           "(projection, shard, generation, sequence_key, position) "
                           "VALUES (?1, ?2, ?3, ?4, ?5)");
  bind_key(row, key);
  row.bind(3, generation).bind(4, sequence_key).bind(5, std::int64_t{position}).run();
}

void letter_rows::unpark(const shard_key& key, std::int64_t generation,
                         std::string_view sequence_key, position_t position) {
  auto& row = on_.prepared("DELETE FROM waymark_parked WHERE projection = ?1 AND shard = ?2 AND "
                           "generation = ?3 AND sequence_key = ?4 AND position = ?5");
  bind_key(row, key);
  row.bind(3, generation).bind(4, sequence_key).bind(5, std::int64_t{position}).run();
}

void letter_rows::drop_parked(std::string_view projection) {
  on_.prepared("DELETE FROM waymark_parked WHERE projection = ?1").bind(1, projection).run();
}

std::vector<std::string> letter_rows::parked_keys(const shard_key& key) {
  auto& rows =
      on_.prepared("SELECT DISTINCT sequence_key FROM waymark_parked WHERE "
                   "projection = ?1 AND shard = ?2 AND " WAYMARK_CURRENT " ORDER BY sequence_key");
  const running scope{rows};
  bind_key(rows, key);
  std::vector<std::string> result;
  while (rows.step())
    result.emplace_back(rows.text(0));
  return result;
}

std::vector<position_t> letter_rows::parked_positions(const shard_key& key,
                                                      std::string_view sequence_key) {
  auto& rows =
      on_.prepared("SELECT position FROM waymark_parked WHERE projection = ?1 AND "
                   "shard = ?2 AND " WAYMARK_CURRENT " AND sequence_key = ?3 ORDER BY position");
  const running scope{rows};
  bind_key(rows, key);
  rows.bind(3, sequence_key);
  std::vector<position_t> result;
  while (rows.step())
    result.push_back(rows.integer(0));
  return result;
}

std::vector<parked_queue> letter_rows::parked_queues(const shard_key& key) {
  auto& rows = on_.prepared(
      "SELECT p.sequence_key, count(*), max(l.id), max(l.projection_version) "
      "FROM waymark_parked p LEFT JOIN waymark_dead_letters l USING "
      "(projection, shard, generation, position) WHERE p.projection = ?1 AND p.shard = ?2 "
      "AND p." WAYMARK_CURRENT " GROUP BY p.sequence_key ORDER BY p.sequence_key");
  const running scope{rows};
  bind_key(rows, key);
  std::vector<parked_queue> result;
  while (rows.step()) {
    parked_queue each{std::string{rows.text(0)}, rows.integer(1), std::nullopt, 0};
    if (!rows.is_null(2)) {
      each.letter_id = rows.integer(2);
      each.letter_version = static_cast<int>(rows.integer(3));
    }
    result.push_back(std::move(each));
  }
  return result;
}

letter_counts letter_rows::counts(const shard_key& key) {
  auto& row =
      on_.prepared("SELECT (SELECT count(*) FROM waymark_dead_letters "
                   "        WHERE projection = ?1 AND shard = ?2 AND " WAYMARK_CURRENT "), "
                   "       count(DISTINCT sequence_key), count(*) "
                   "FROM waymark_parked WHERE projection = ?1 AND shard = ?2 AND " WAYMARK_CURRENT);
  const running scope{row};
  bind_key(row, key);
  if (!row.step())
    return {};
  return {row.integer(0), row.integer(1), row.integer(2)};
}

} // namespace waymark::sqlite
