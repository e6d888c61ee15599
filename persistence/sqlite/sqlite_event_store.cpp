#include "persistence/sqlite/sqlite_event_store.hpp"

#include "persistence/append_answers.hpp"
#include "persistence/fault_point.hpp"
#include "persistence/sqlite/append_group.hpp"
#include "persistence/sqlite/event_rows.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace waymark::sqlite {

namespace {

/// The list as JSON text, which a statement takes as one parameter.
std::string as_json(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

constexpr const char* read_filtered =
    "SELECT " WAYMARK_EVENT_COLUMNS " FROM waymark_events "
    "WHERE position > ?1 AND position <= ?2 "
    "AND (?4 IS NULL OR event_type IN (SELECT value FROM json_each(?4))) "
    "AND (?5 IS NULL OR aggregate_type IN (SELECT value FROM json_each(?5))) "
    "AND (?6 IS NULL OR tenant_id = ?6) "
    "ORDER BY position LIMIT ?3";

/// What a filter binds; lives as long as the statement runs.
struct bound_filter {
  std::string types;
  std::string aggregates;

  explicit bound_filter(const event_filter& filter)
      : types{as_json(filter.event_types)}, aggregates{as_json(filter.aggregate_types)} {}

  void bind(statement& to, const event_filter& filter) const {
    to.bind_null(4).bind_null(5).bind(6, filter.tenant_id);
    if (!filter.event_types.empty())
      to.bind(4, std::string_view{types});
    if (!filter.aggregate_types.empty())
      to.bind(5, std::string_view{aggregates});
  }
};

bool wants_all(const event_filter& filter) {
  return filter.event_types.empty() && filter.aggregate_types.empty() && !filter.tenant_id;
}

std::int64_t clamped(std::size_t n) {
  constexpr std::size_t most = 1'000'000'000;
  return static_cast<std::int64_t>(std::clamp<std::size_t>(n, 1, most));
}

position_t head_on(connection& on) {
  auto& query = on.prepared("SELECT max(position) FROM waymark_events");
  const running scope{query};
  return query.step() ? query.integer(0) : 0;
}

/// Takes rows until a bound is met, and says how far the reader has seen.
void fill(page& into, statement& rows, const read_limit& limit, position_t up_to) {
  std::size_t bytes = 0;
  const auto most = static_cast<std::size_t>(clamped(limit.max_events));
  into.scanned_to = up_to;
  while (rows.step()) {
    auto e = sql::event_from(rows);
    bytes += size_bytes(e);
    if (!into.events.empty() && bytes > limit.max_bytes) {
      into.scanned_to = e.position - 1;
      return;
    }
    into.events.push_back(std::move(e));
    if (into.events.size() == most) {
      into.scanned_to = into.events.back().position;
      return;
    }
  }
}

} // namespace

sqlite_event_store::sqlite_event_store(std::shared_ptr<database_handle> in)
    : handle_{std::move(in)}, watch_{handle_} {
}

const std::string& sqlite_event_store::address() const noexcept {
  return handle_->address();
}

std::string sqlite_event_store::log_id() {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  auto& query = turn.on().prepared("SELECT log_id FROM waymark_log");
  const running scope{query};
  return query.step() ? std::string{query.text(0)} : std::string{};
}

// If the process dies
// - before COMMIT has begun to write: nothing of the group is in the log, no caller has an answer;
// - while COMMIT writes: the group is there as a whole or not at all, by the write-ahead log's
//   checksums, and again no caller has an answer. Who sends it again with the same ids learns
//   which;
// - after COMMIT, before the answer: as above, the group is there;
// - after the answer: the group has been synced.
std::vector<append_result> sqlite_event_store::append(std::span<const append_command> group) {
  std::vector<append_result> results(group.size());
  std::vector<std::size_t> sound;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (const auto mistake = find_mistake(group[i]))
      results[i] = refused(group[i], *mistake);
    else
      sound.push_back(i);
  }
  if (sound.empty())
    return results;
  const auto database = handle_->get();
  const database::write_turn turn{*database, write_gate::who::append};
  transaction all{turn.on()};
  append_group writer{turn.on(), now()};
  for (const auto i : sound)
    results[i] = writer.append(group[i]);
  if (!writer.wrote())
    return results;
  fault_point("append.before_commit");
  all.commit();
  fault_point("append.after_commit");
  database->growth().reached(writer.head());
  return results;
}

std::vector<event> sqlite_event_store::read_stream(const stream_id& stream,
                                                   const stream_range& range) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  constexpr const char* forward =
      "SELECT " WAYMARK_EVENT_COLUMNS " FROM waymark_events WHERE aggregate_type = ?1 AND "
      "aggregate_id = ?2 AND aggregate_version BETWEEN ?3 AND ?4 ORDER BY aggregate_version LIMIT "
      "?5";
  constexpr const char* backward =
      "SELECT " WAYMARK_EVENT_COLUMNS " FROM waymark_events WHERE aggregate_type = ?1 AND "
      "aggregate_id = ?2 AND aggregate_version BETWEEN ?3 AND ?4 ORDER BY aggregate_version DESC "
      "LIMIT ?5";
  auto& rows = turn.on().prepared(range.backward ? backward : forward);
  const running scope{rows};
  rows.bind(1, std::string_view{stream.aggregate_type})
      .bind(2, std::string_view{stream.aggregate_id})
      .bind(3, range.from_version)
      .bind(4, range.to_version)
      .bind(5, range.limit == 0 ? 0 : clamped(range.limit));
  std::vector<event> result;
  while (rows.step())
    result.push_back(sql::event_from(rows));
  return result;
}

page sqlite_event_store::read_all(position_t after, const read_limit& limit,
                                  const event_filter& filter) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  page result;
  result.after = after;
  result.scanned_to = after;
  result.head = head_on(turn.on());
  if (after >= result.head)
    return result;
  const auto up_to = std::min(result.head, after + clamped(limit.max_scanned));
  const bool all = wants_all(filter);
  auto& rows = turn.on().prepared(all ? read_page_sql : read_filtered);
  const running scope{rows};
  rows.bind(1, after).bind(2, up_to).bind(3, clamped(limit.max_events));
  if (all) {
    fill(result, rows, limit, up_to);
  } else {
    const bound_filter bound{filter};
    bound.bind(rows, filter);
    fill(result, rows, limit, up_to);
  }
  return result;
}

std::optional<event_mark> sqlite_event_store::mark_at(position_t position) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  auto& query =
      turn.on().prepared("SELECT event_id, recorded_at FROM waymark_events WHERE position = ?1");
  const running scope{query};
  query.bind(1, position);
  if (!query.step())
    return std::nullopt;
  return event_mark{query.id(0), query.time(1)};
}

} // namespace waymark::sqlite
