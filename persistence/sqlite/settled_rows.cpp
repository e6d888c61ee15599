#include "persistence/sqlite/settled_rows.hpp"

#include <algorithm>

namespace waymark::sqlite {

bool settled_rows::settle(std::int64_t id, const shard_key& key, std::int64_t generation,
                          const settlement& how) {
  auto& copy = on_.prepared(
      "INSERT OR REPLACE INTO waymark_settled_letters (letter_id, projection, shard, position, "
      "generation, sequence_key, event_id, event_type, error, verb, settled_by, settled_at) "
      "SELECT id, projection, shard, position, generation, sequence_key, event_id, event_type, "
      "error, ?5, ?6, ?7 FROM waymark_dead_letters "
      "WHERE projection = ?1 AND shard = ?2 AND generation = ?3 AND id = ?4");
  copy.bind(1, std::string_view{key.projection})
      .bind(2, std::int64_t{key.shard})
      .bind(3, generation)
      .bind(4, id)
      .bind(5, std::string_view{to_string(how.verb)})
      .bind(6, std::string_view{how.by})
      .bind(7, how.at)
      .run();
  if (sqlite3_changes64(on_.raw()) != 1)
    return false;
  on_.prepared("DELETE FROM waymark_dead_letters WHERE id = ?1").bind(1, id).run();
  return true;
}

std::vector<settled_letter> settled_rows::list(const letter_query& query) {
  auto& rows = on_.prepared(
      "SELECT letter_id, projection, shard, position, generation, sequence_key, event_id, "
      "event_type, error, verb, settled_by, settled_at FROM waymark_settled_letters "
      "WHERE letter_id > ?1 AND (?2 IS NULL OR projection = ?2) "
      "AND (?3 IS NULL OR sequence_key = ?3) ORDER BY letter_id LIMIT ?4");
  const running scope{rows};
  constexpr std::size_t most = 1'000'000'000;
  rows.bind(1, query.after_id)
      .bind(2, query.projection)
      .bind(3, query.sequence_key)
      .bind(4, static_cast<std::int64_t>(std::min(query.limit, most)));
  std::vector<settled_letter> result;
  while (rows.step()) {
    settled_letter each;
    each.letter_id = rows.integer(0);
    each.key = {std::string{rows.text(1)}, static_cast<int>(rows.integer(2))};
    each.position = rows.integer(3);
    each.generation = rows.integer(4);
    each.sequence_key = rows.text(5);
    each.event_id = rows.id(6);
    each.event_type = rows.text(7);
    each.error = rows.text(8);
    each.how.verb = rows.text(9) == "discard" ? settle_verb::discard : settle_verb::retry;
    each.how.by = rows.text(10);
    each.how.at = rows.time(11);
    result.push_back(std::move(each));
  }
  return result;
}

} // namespace waymark::sqlite
