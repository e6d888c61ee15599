#include "persistence/postgres/postgres_event_store.hpp"

#include "messages/deadline.hpp"
#include "persistence/postgres/append_lock.hpp"
#include "persistence/postgres/appending.hpp"
#include "persistence/sql/event_from.hpp"

#include <algorithm>

namespace waymark::postgres {

namespace {

std::int64_t clamped(std::size_t n) {
  constexpr std::size_t most = 1'000'000'000;
  return static_cast<std::int64_t>(std::clamp<std::size_t>(n, 1, most));
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

page postgres_event_store::read_all(position_t after, const read_limit& limit,
                                    const event_filter& filter) {
  const session_pool::lease lease{in_->readers()};
  return pages_.read(lease.on(), after, limit, filter);
}

position_t postgres_event_store::head() {
  const session_pool::lease lease{in_->readers()};
  return head_on(lease.on());
}

position_t postgres_event_store::wait_for(position_t after, std::chrono::milliseconds timeout) {
  const auto deadline = deadline_in(timeout);
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

std::string postgres_event_store::deafness() {
  return in_->where().pooled ? std::string{} : in_->listener().deafness();
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
