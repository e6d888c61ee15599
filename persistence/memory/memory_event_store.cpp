#include "persistence/memory/memory_event_store.hpp"

#include "messages/deadline.hpp"
#include "persistence/append_answers.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <mutex>

namespace waymark {

memory_event_store::memory_event_store(const clock& clk)
    : clock_{clk}, log_id_{uuid::v7().to_string()} {
}

const std::string& memory_event_store::address() const noexcept {
  static const std::string name{"memory:"};
  return name;
}

std::size_t memory_event_store::stream_hash::operator()(const stream_id& id) const noexcept {
  const std::hash<std::string> hash;
  return hash(id.aggregate_id) * 31 + hash(id.aggregate_type);
}

std::vector<append_result> memory_event_store::append(std::span<const append_command> group) {
  std::vector<append_result> results(group.size());
  std::vector<bool> sound(group.size());
  append_limits limits;
  limits.encode_objects = false; // they stay objects here
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto mistake = find_mistake(group[i], limits);
    sound[i] = !mistake;
    if (mistake)
      results[i] = refused(group[i], *mistake);
  }
  {
    const std::unique_lock lock{mutex_};
    auto date = now();
    if (!log_.empty())
      date = std::max(date, log_.back().recorded_at);
    for (std::size_t i = 0; i < group.size(); ++i)
      if (sound[i])
        results[i] = append_one(group[i], date);
  }
  grown_.notify_all();
  return results;
}

append_result memory_event_store::append_one(const append_command& command, timestamp date) {
  if (auto known = answer_for_known_ids(command))
    return *std::move(known);
  const auto stream = streams_.find(command.stream);
  const auto version =
      stream == streams_.end() ? 0 : static_cast<std::int64_t>(stream->second.size());
  if (!command.expected.allows(version))
    return conflict(command, version);
  auto& versions = streams_[command.stream];
  const auto first = last() + 1;
  for (const auto& e : command.events)
    store(command.stream, e, versions, date);
  return accepted(first, last(), static_cast<std::int64_t>(versions.size()));
}

std::optional<append_result>
memory_event_store::answer_for_known_ids(const append_command& command) {
  known_ids known{command};
  for (const auto& e : command.events) {
    const auto found = e.event_id ? ids_.find(*e.event_id) : ids_.end();
    if (found == ids_.end()) {
      known.not_seen();
      continue;
    }
    const auto& there = at(found->second);
    known.seen(there.event_id, there.position, {there.aggregate_type, there.aggregate_id},
               there.aggregate_version);
  }
  return known.answer();
}

void memory_event_store::store(const stream_id& stream, const new_event& from,
                               std::vector<position_t>& versions, timestamp date) {
  event e;
  e.position = last() + 1;
  e.event_id = from.event_id ? *from.event_id : uuid::v7();
  e.event_type = from.event_type;
  e.schema_version = from.schema_version;
  e.aggregate_type = stream.aggregate_type;
  e.aggregate_id = stream.aggregate_id;
  e.aggregate_version = static_cast<std::int64_t>(versions.size()) + 1;
  e.occurred_at = from.occurred_at.value_or(date);
  e.recorded_at = date;
  e.tenant_id = from.tenant_id;
  e.actor_id = from.actor_id;
  e.correlation_id = from.correlation_id;
  e.causation_id = from.causation_id;
  e.metadata = from.metadata;
  e.data = from.data;
  ids_.emplace(e.event_id, e.position);
  versions.push_back(e.position);
  log_.push_back(std::move(e));
}

std::vector<event> memory_event_store::read_stream(const stream_id& stream,
                                                   const stream_range& range) {
  const std::shared_lock lock{mutex_};
  std::vector<event> result;
  const auto found = streams_.find(stream);
  if (found == streams_.end())
    return result;
  const auto& versions = found->second;
  const auto first = std::max<std::int64_t>(range.from_version, 1);
  const auto end = std::min(range.to_version, static_cast<std::int64_t>(versions.size()));
  const auto count = std::max<std::int64_t>(end - first + 1, 0);
  for (std::int64_t i = 0; i < count && result.size() < range.limit; ++i) {
    const auto version = range.backward ? end - i : first + i;
    result.push_back(at(versions[static_cast<std::size_t>(version - 1)]));
  }
  return result;
}

page memory_event_store::read_all(position_t after, const read_limit& limit,
                                  const event_filter& filter) {
  const std::shared_lock lock{mutex_};
  page result;
  result.after = result.scanned_to = after;
  result.head = last();
  if (after >= result.head)
    return result;
  const auto scanned =
      static_cast<position_t>(std::clamp<std::size_t>(limit.max_scanned, 1, 1'000'000'000));
  const auto up_to = std::min(result.head, after + scanned);
  const auto most = std::max<std::size_t>(limit.max_events, 1);
  result.events.reserve(std::min(most, static_cast<std::size_t>(up_to - after)));
  fill(result, up_to, most, limit.max_bytes, filter);
  if (result.events.size() < result.events.capacity() / 2) // Pages are kept for a while.
    result.events.shrink_to_fit();
  return result;
}

void memory_event_store::fill(page& into, position_t up_to, std::size_t max_events,
                              std::size_t max_bytes, const event_filter& filter) const {
  const bool all =
      filter.event_types.empty() && filter.aggregate_types.empty() && !filter.tenant_id;
  const auto from = std::max<position_t>(into.after, 0);
  std::size_t bytes = 0;
  auto next = log_.begin() + from;
  for (auto p = from + 1; p <= up_to; ++p, ++next) {
    if (into.events.size() == max_events)
      return;
    if (all || filter.wants(*next)) {
      bytes += size_bytes(*next);
      if (!into.events.empty() && bytes > max_bytes)
        return;
      into.events.push_back(*next);
    }
    into.scanned_to = p;
  }
}

position_t memory_event_store::head() {
  const std::shared_lock lock{mutex_};
  return last();
}

position_t memory_event_store::wait_for(position_t after, std::chrono::milliseconds timeout) {
  std::shared_lock lock{mutex_};
  grown_.wait_until(lock, deadline_in(timeout), [&] { return last() > after; });
  return last();
}

std::optional<event_mark> memory_event_store::mark_at(position_t position) {
  const std::shared_lock lock{mutex_};
  if (position < 1 || position > last())
    return std::nullopt;
  return event_mark{at(position).event_id, at(position).recorded_at};
}

} // namespace waymark
