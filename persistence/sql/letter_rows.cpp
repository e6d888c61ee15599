#include "persistence/sql/letter_rows.hpp"

#include "persistence/failure_json.hpp"
#include "persistence/sql/event_from.hpp"
#include "persistence/sql/kept_text.hpp"

#include <algorithm>

namespace waymark::sql {

namespace {

dead_letter letter_from(const row& from) {
  dead_letter letter;
  letter.id = from.integer(0);
  letter.key = {std::string{from.text(1)}, number(from, 2)};
  letter.generation = from.integer(3);
  letter.sequence_key = from.text(4);
  letter.projection_version = number(from, 5);
  letter.error = from.text(6);
  letter.attempts = attempts_from_json(from.text(7));
  letter.created_at = from.time(8);
  letter.subject = event_from(from, 9);
  letter.subject.data = payload::from_json(from_kept(letter.subject.data.text()));
  letter.position = letter.subject.position;
  return letter;
}

settled_letter settled_from(const row& from) {
  settled_letter letter;
  letter.letter_id = from.integer(0);
  letter.key = {std::string{from.text(1)}, number(from, 2)};
  letter.position = from.integer(3);
  letter.generation = from.integer(4);
  letter.sequence_key = from.text(5);
  letter.event_id = from.id(6);
  letter.event_type = from.text(7);
  letter.error = from.text(8);
  letter.how.verb = from.text(9) == "discard" ? settle_verb::discard : settle_verb::retry;
  letter.how.by = from.text(10);
  letter.how.at = from.time(11);
  return letter;
}

} // namespace

template <class From>
auto letter_rows::matching(const char* sql, From from, const letter_query& query) {
  constexpr std::size_t most = 1'000'000'000;
  return on_.all(sql, from, query.after_id, query.projection, byte_text{query.sequence_key},
                 static_cast<std::int64_t>(std::min(query.limit, most)));
}

// A letter may be about an event of another database, which may hold what this one's text can't.
// The data is what its handler could not stand, and is kept byte for byte.
void letter_rows::add(const dead_letter& letter, const shard_key& key, std::int64_t generation) {
  const auto& e = letter.subject;
  const auto attempts = attempts_to_json(letter.attempts);
  const auto data = to_kept(e.data.text());
  std::optional<std::string_view> metadata;
  if (!e.metadata.empty())
    metadata = e.metadata;
  on_.change(sql_.add, key.projection, key.shard, generation, byte_text{letter.sequence_key},
             letter.projection_version, foreign_text{letter.error}, foreign_text{attempts},
             letter.created_at, letter.position, e.event_id, foreign_text{e.event_type},
             e.schema_version, foreign_text{e.aggregate_type}, foreign_text{e.aggregate_id},
             e.aggregate_version, e.occurred_at, e.recorded_at, foreign_text{e.tenant_id},
             foreign_text{e.actor_id}, foreign_text{e.correlation_id}, foreign_text{e.causation_id},
             foreign_text{metadata}, std::optional<std::string_view>{data});
}

bool letter_rows::update(const dead_letter& letter, const shard_key& key, std::int64_t generation) {
  const auto attempts = attempts_to_json(letter.attempts);
  return on_.change(sql_.update, key.projection, key.shard, generation, letter.id,
                    foreign_text{letter.error}, foreign_text{attempts},
                    letter.projection_version) == 1;
}

std::vector<dead_letter> letter_rows::list(const letter_query& query) {
  return matching(sql_.list, letter_from, query);
}

std::optional<dead_letter> letter_rows::find(std::int64_t id) {
  return on_.one(sql_.find, letter_from, id);
}

std::optional<dead_letter> letter_rows::at(const shard_key& key, position_t position) {
  return on_.one(sql_.at, letter_from, key.projection, key.shard, position);
}

letter_counts letter_rows::counts(const shard_key& key) {
  const auto from = [](const row& all) {
    return letter_counts{all.integer(0), all.integer(1), all.integer(2)};
  };
  return on_.one(sql_.counts, from, key.projection, key.shard).value_or(letter_counts{});
}

bool letter_rows::settle(std::int64_t id, const shard_key& key, std::int64_t generation,
                         const settlement& how) {
  if (on_.change(settled_.settle, key.projection, key.shard, generation, id, to_string(how.verb),
                 foreign_text{how.by}, how.at) != 1)
    return false;
  if (settled_.remove_letter != nullptr)
    on_.change(settled_.remove_letter, id);
  return true;
}

std::vector<settled_letter> letter_rows::settled(const letter_query& query) {
  return matching(settled_.list, settled_from, query);
}

} // namespace waymark::sql
