#include "persistence/postgres/settled_rows.hpp"

#include "persistence/postgres/event_rows.hpp"

#include <algorithm>

namespace waymark::postgres {

bool settled_rows::settle(std::int64_t id, const shard_key& key, std::int64_t generation,
                          const settlement& how) {
  const auto by = postgres::storable(how.by);
  params with;
  with.add(std::string_view{key.projection}).add(std::int32_t{key.shard}).add(generation).add(id);
  with.add(std::string_view{to_string(how.verb)}).add(std::string_view{by}).add(how.at);
  return on_.run("WITH gone AS (DELETE FROM {schema}.dead_letters WHERE projection = $1 "
                 "AND shard = $2 AND generation = $3 AND id = $4 RETURNING *) "
                 "INSERT INTO {schema}.settled_letters (letter_id, projection, shard, position, "
                 "generation, sequence_key, event_id, event_type, error, verb, settled_by, "
                 "settled_at) SELECT id, projection, shard, position, generation, sequence_key, "
                 "event_id, event_type, error, $5, $6, $7 FROM gone",
                 with)
             .changed() == 1;
}

std::vector<settled_letter> settled_rows::list(const letter_query& query) {
  constexpr std::size_t most = 1'000'000'000;
  params with;
  with.add(query.after_id).add(query.projection);
  if (query.sequence_key)
    with.add_bytes(*query.sequence_key);
  else
    with.add_null(oid::bytes);
  with.add(static_cast<std::int64_t>(std::min(query.limit, most)));
  const auto rows = on_.run(
      "SELECT letter_id, projection, shard, position, generation, sequence_key, event_id, "
      "event_type, error, verb, settled_by, settled_at FROM {schema}.settled_letters "
      "WHERE letter_id > $1 AND ($2 IS NULL OR projection = $2) "
      "AND ($3 IS NULL OR sequence_key = $3) ORDER BY letter_id LIMIT $4",
      with);
  std::vector<settled_letter> result;
  for (int row = 0; row < rows.size(); ++row) {
    settled_letter each;
    each.letter_id = rows.integer(row, 0);
    each.key = {std::string{rows.text(row, 1)}, static_cast<int>(rows.integer(row, 2))};
    each.position = rows.integer(row, 3);
    each.generation = rows.integer(row, 4);
    each.sequence_key = rows.text(row, 5);
    each.event_id = rows.id(row, 6);
    each.event_type = rows.text(row, 7);
    each.error = rows.text(row, 8);
    each.how.verb = rows.text(row, 9) == "discard" ? settle_verb::discard : settle_verb::retry;
    each.how.by = rows.text(row, 10);
    each.how.at = rows.time(row, 11);
    result.push_back(std::move(each));
  }
  return result;
}

} // namespace waymark::postgres
