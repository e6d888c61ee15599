#include "persistence/postgres/postgres_event_store.hpp"

#include "messages/text.hpp"
#include "persistence/postgres/append_lock.hpp"
#include "persistence/postgres/appending.hpp"
#include "persistence/sql/event_from.hpp"

#include <algorithm>

namespace waymark::postgres {

namespace {

// The bytes of a page are bounded by the server too, so that a page of large events is not sent in
// vain; `before` is what stands on the page before the event.
#define WAYMARK_PAGE(CONDITION)                                                                    \
  "SELECT " WAYMARK_EVENT_COLUMNS " FROM ("                                               \
  "  SELECT e.*, sum(octet_length(e.data)) OVER (ORDER BY e.position ROWS UNBOUNDED PRECEDING) "   \
  "    - octet_length(e.data) AS before "                                                          \
  "  FROM (SELECT * FROM {schema}.events WHERE position > $1 AND position <= $2 " CONDITION        \
  "        ORDER BY position LIMIT $3) e) page "                                                   \
  "WHERE before <= $4 ORDER BY position"

constexpr const char* read_everything = WAYMARK_PAGE("");
constexpr const char* read_filtered = WAYMARK_PAGE("AND ($5 IS NULL OR event_type = ANY ($5)) "
                                                   "AND ($6 IS NULL OR aggregate_type = ANY ($6)) "
                                                   "AND ($7 IS NULL OR tenant_id = $7) ");

bool wants_all(const event_filter& filter) {
  return filter.event_types.empty() && filter.aggregate_types.empty() && !filter.tenant_id;
}

bool is_text(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

/// The names that the log can have; what it can't have matches nothing.
void add_names(params& to, array& names, const std::vector<std::string>& from) {
  for (const auto& each : from)
    if (is_text(each))
      names.add(std::string_view{each});
  if (from.empty())
    to.add_null(oid::text_array);
  else
    to.add(names, oid::text_array);
}

std::int64_t clamped(std::size_t n) {
  constexpr std::size_t most = 1'000'000'000;
  return static_cast<std::int64_t>(std::clamp<std::size_t>(n, 1, most));
}

position_t head_on(session& on) {
  return on.run("SELECT max(position) FROM {schema}.events").integer(0, 0);
}

/// Takes rows until a bound is met, and says how far the reader has seen.
void fill(page& into, const rows& from, const read_limit& limit, position_t up_to) {
  std::size_t bytes = 0;
  const auto most = static_cast<std::size_t>(clamped(limit.max_events));
  into.scanned_to = up_to;
  into.events.reserve(static_cast<std::size_t>(from.size()));
  for (int row = 0; row < from.size(); ++row) {
    auto e = sql::event_from(row_of{from, row});
    bytes += size_bytes(e);
    if (!into.events.empty() && bytes > limit.max_bytes) {
      into.scanned_to = e.position - 1;
      return;
    }
    into.events.push_back(std::move(e));
    // A first event beyond the bound: the server has sent none behind it.
    if (into.events.size() == most || bytes > limit.max_bytes) {
      into.scanned_to = into.events.back().position;
      return;
    }
  }
}

} // namespace

std::string postgres_event_store::log_id() {
  const session_pool::lease lease{in_->readers()};
  const auto found = lease.on().run("SELECT log_id FROM {schema}.log");
  return found.empty() ? std::string{} : std::string{found.text(0, 0)};
}

// If the process or the server dies
// - before the function's transaction has committed: nothing of the call is in the log;
// - after it, before the answer: all of it is there. The call is sent again with the same ids, here
//   or by the caller, and gives the same answer;
// - after the answer: it has been synced, whatever synchronous_commit says elsewhere.
std::vector<append_result> postgres_event_store::append(std::span<const append_command> group) {
  return append_group(*in_, group);
}

std::vector<event> postgres_event_store::read_stream(const stream_id& stream,
                                                     const stream_range& range) {
  constexpr const char* forward =
      "SELECT " WAYMARK_EVENT_COLUMNS " FROM {schema}.events WHERE aggregate_type = $1 "
      "AND aggregate_id = $2 AND aggregate_version BETWEEN $3 AND $4 "
      "ORDER BY aggregate_version LIMIT $5";
  constexpr const char* backward =
      "SELECT " WAYMARK_EVENT_COLUMNS " FROM {schema}.events WHERE aggregate_type = $1 "
      "AND aggregate_id = $2 AND aggregate_version BETWEEN $3 AND $4 "
      "ORDER BY aggregate_version DESC LIMIT $5";
  if (!is_text(stream.aggregate_type) || !is_text(stream.aggregate_id))
    return {};
  const session_pool::lease lease{in_->readers()};
  params with;
  with.add(stream.aggregate_type).add(stream.aggregate_id);
  with.add(range.from_version).add(range.to_version);
  with.add(range.limit == 0 ? std::int64_t{0} : clamped(range.limit));
  const auto found = lease.on().run(range.backward ? backward : forward, with);
  std::vector<event> result;
  for (int row = 0; row < found.size(); ++row)
    result.push_back(sql::event_from(row_of{found, row}));
  return result;
}

// The head is read before the rows: what commits in between stands behind `scanned_to`.
page postgres_event_store::read_all(position_t after, const read_limit& limit,
                                    const event_filter& filter) {
  const session_pool::lease lease{in_->readers()};
  page result;
  result.after = after;
  result.scanned_to = after;
  result.head = head_on(lease.on());
  if (after >= result.head)
    return result;
  const auto up_to = std::min(result.head, after + clamped(limit.max_scanned));
  params with;
  with.add(std::int64_t{after}).add(std::int64_t{up_to}).add(clamped(limit.max_events));
  with.add(clamped(limit.max_bytes));
  if (wants_all(filter)) {
    fill(result, lease.on().run(read_everything, with), limit, up_to);
    return result;
  }
  array types{oid::text}, aggregates{oid::text};
  add_names(with, types, filter.event_types);
  add_names(with, aggregates, filter.aggregate_types);
  if (filter.tenant_id && !is_text(*filter.tenant_id)) {
    result.scanned_to = up_to; // nobody's
    return result;
  }
  with.add(filter.tenant_id);
  fill(result, lease.on().run(read_filtered, with), limit, up_to);
  return result;
}

position_t postgres_event_store::head() {
  const session_pool::lease lease{in_->readers()};
  return head_on(lease.on());
}

position_t postgres_event_store::wait_for(position_t after, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto& listener = in_->listener();
  auto& growth = in_->growth();
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock{growth.mutex};
      seen = growth.signals;
    }
    const auto found = head();
    const auto now = std::chrono::steady_clock::now();
    if (found > after || now >= deadline)
      return found;
    const auto poll =
        listener.hears() ? in_->options().fallback_poll : in_->options().poll_interval;
    std::unique_lock lock{growth.mutex};
    growth.grown.wait_until(lock, std::min(deadline, now + poll),
                            [&] { return growth.signals != seen; });
  }
}

std::shared_ptr<void> postgres_event_store::call_on_foreign_append(std::function<void()> back) {
  if (in_->where().pooled)
    return nullptr;
  auto asked = in_->growth().call(std::move(back));
  (void)in_->listener();
  return asked;
}

std::string postgres_event_store::append_obstacle() {
  const session_pool::lease lease{in_->readers()};
  return holder_of_append_lock(lease.on());
}

// Asked each time: a standby may be promoted.
bool postgres_event_store::is_replica() {
  const session_pool::lease lease{in_->readers()};
  return lease.on().run("SELECT pg_catalog.pg_is_in_recovery()::int").integer(0, 0) != 0;
}

std::optional<event_mark> postgres_event_store::mark_at(position_t position) {
  const session_pool::lease lease{in_->readers()};
  const auto found =
      lease.on().run("SELECT event_id, recorded_at FROM {schema}.events WHERE position = $1",
                     params{}.add(std::int64_t{position}));
  if (found.empty())
    return std::nullopt;
  return event_mark{found.id(0, 0), found.time(0, 1)};
}

} // namespace waymark::postgres
