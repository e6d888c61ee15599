#include "persistence/sqlite/append_group.hpp"

#include "persistence/append_answers.hpp"
#include "persistence/sqlite/event_rows.hpp"

#include <algorithm>

namespace waymark::sqlite {

namespace {

template <class Text>
void bind_optional(statement& to, int parameter, const std::optional<Text>& text) {
  if (text)
    to.bind(parameter, std::string_view{*text});
  else
    to.bind_null(parameter);
}

} // namespace

append_group::append_group(connection& on, timestamp now)
    : on_{on}, insert_{on.prepared(insert_event_sql)}, recorded_at_{now} {
  auto& last = on_.prepared(log_end_sql);
  const running scope{last};
  if (last.step()) {
    head_ = last.integer(0);
    recorded_at_ = std::max(now, last.time(1));
  }
}

// Ids come before versions, but are only looked up where that can change the answer: if the version
// is right and every row goes in, the unique index has proved all ids new. So the usual command
// costs one look at its stream and one insert per event.
append_result append_group::append(const append_command& command) {
  const auto version = version_of(command.stream);
  if (!command.expected.allows(version)) {
    if (auto known = answer_for_known_ids(command))
      return *std::move(known);
    return conflict(command, version);
  }
  const auto before = head_;
  if (insert_all(command, version))
    return accepted(before + 1, head_, version + static_cast<std::int64_t>(command.events.size()));
  take_back(before);
  if (auto known = answer_for_known_ids(command))
    return *std::move(known);
  // find_mistake() has refused a command that holds an id twice, so this is no id of anybody's.
  throw store_error{on_.file() + ": the log's table refuses rows of " + to_string(command.stream) +
                    " that stand nowhere in it; the file may be damaged"};
}

std::int64_t append_group::version_of(const stream_id& stream) {
  auto& query = on_.prepared(stream_version_sql);
  const running scope{query};
  query.bind(1, std::string_view{stream.aggregate_type})
      .bind(2, std::string_view{stream.aggregate_id});
  return query.step() ? query.integer(0) : 0;
}

std::optional<append_group::place> append_group::find(const uuid& id) {
  auto& query = on_.prepared("SELECT position, aggregate_type, aggregate_id, aggregate_version "
                             "FROM waymark_events WHERE event_id = ?1");
  const running scope{query};
  query.bind(1, id);
  if (!query.step())
    return std::nullopt;
  return place{query.integer(0), std::string{query.text(1)}, std::string{query.text(2)},
               query.integer(3)};
}

std::optional<append_result> append_group::answer_for_known_ids(const append_command& command) {
  known_ids known{command};
  for (const auto& e : command.events) {
    const auto found = e.event_id ? find(*e.event_id) : std::nullopt;
    if (found)
      known.seen(*e.event_id, found->position, {found->aggregate_type, found->aggregate_id},
                 found->version);
    else
      known.not_seen();
  }
  return known.answer();
}

bool append_group::insert_all(const append_command& command, std::int64_t version) {
  for (const auto& e : command.events) {
    const int code = insert(command.stream, e, head_ + 1, ++version);
    if (code == SQLITE_CONSTRAINT_UNIQUE)
      return false;
    if (code != SQLITE_DONE)
      insert_.fail(code);
    ++head_;
    wrote_ = true;
  }
  return true;
}

int append_group::insert(const stream_id& stream, const new_event& e, position_t position,
                         std::int64_t version) {
  const auto id = e.event_id ? *e.event_id : uuid::v7();
  insert_.bind(1, position)
      .bind(2, id)
      .bind(3, std::string_view{e.event_type})
      .bind(4, std::int64_t{e.schema_version})
      .bind(5, std::string_view{stream.aggregate_type})
      .bind(6, std::string_view{stream.aggregate_id})
      .bind(7, version)
      .bind(8, e.occurred_at.value_or(recorded_at_))
      .bind(9, recorded_at_);
  bind_optional(insert_, 10, e.tenant_id);
  bind_optional(insert_, 11, e.actor_id);
  bind_optional(insert_, 12, e.correlation_id);
  bind_optional(insert_, 13, e.causation_id);
  bind_optional(insert_, 14,
                e.metadata.empty() ? std::nullopt : std::optional{std::string_view{e.metadata}});
  insert_.bind(15, std::string_view{e.data.text()});
  return insert_.try_step();
}

// Cheaper than a savepoint around every command, since it is hardly ever needed.
void append_group::take_back(position_t after) {
  on_.prepared("DELETE FROM waymark_events WHERE position > ?1").bind(1, after).run();
  head_ = after;
}

} // namespace waymark::sqlite
