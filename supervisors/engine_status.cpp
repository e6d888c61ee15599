#include "supervisors/engine_status.hpp"

#include <algorithm>

namespace waymark {

namespace {

/// The more somebody should look at it, the higher.
int urgency(projection_state state) {
  switch (state) {
  case projection_state::running:
    return 0;
  case projection_state::draining:
    return 1;
  case projection_state::starting:
    return 2;
  case projection_state::standing_by:
    return 3;
  case projection_state::paused:
    return 4;
  case projection_state::backing_off:
    return 5;
  case projection_state::ended:
    return 6;
  case projection_state::degraded:
    return 7;
  case projection_state::stopped:
    return 8;
  case projection_state::diverged:
    return 9;
  case projection_state::failed:
    return 10;
  }
  return 0;
}

position_t passed_by_all(const std::vector<board_entry>& shards) {
  auto passed = shards.front().status.passed;
  for (const auto& shard : shards)
    passed = std::min(passed, shard.status.passed);
  return passed;
}

} // namespace

projection_status join_status(const std::vector<board_entry>& shards, position_t head) {
  const auto worst = std::max_element(shards.begin(), shards.end(), [](auto& a, auto& b) {
    return urgency(a.status.state) < urgency(b.status.state);
  });
  auto result = worst->status;
  result.key.shard = 0;
  result.passed = passed_by_all(shards);
  result.head = head;
  result.events_per_second = 0;
  result.restarts = 0;
  result.set_aside = {};
  for (const auto& shard : shards) {
    const auto& s = shard.status;
    if (s.position && result.position)
      result.position = std::min(*result.position, *s.position);
    else
      result.position.reset();
    result.events_per_second += s.events_per_second;
    result.restarts += s.restarts;
    result.set_aside.letters += s.set_aside.letters;
    result.set_aside.parked_keys += s.set_aside.parked_keys;
    result.set_aside.parked_events += s.set_aside.parked_events;
    if (!result.last_error)
      result.last_error = s.last_error;
  }
  return result;
}

lag lag_of(const std::vector<board_entry>& shards, event_store& log) {
  lag result;
  double speed = 0;
  for (const auto& shard : shards) {
    const auto& record = shard.record;
    result.projection_name = shard.status.key.projection;
    result.events_processed += record.events_processed;
    speed += shard.status.events_per_second;
    if (!record.last_processed_at || (result.last_processed_at &&
                                      *result.last_processed_at > *record.last_processed_at))
      continue;
    result.last_processed_at = record.last_processed_at;
    result.last_event_id = record.last_event_id;
  }
  try {
    const auto passed = passed_by_all(shards);
    const auto head = log.head();
    result.events = std::max<position_t>(0, head - passed);
    if (const auto newest = log.mark_at(head))
      result.latest_event_id = newest->event_id;
    result.lag_seconds = 0;
    if (const auto oldest = log.mark_at(passed + 1))
      result.lag_seconds = std::max(
          0.0, std::chrono::duration<double>(log.now() - oldest->recorded_at).count());
    if (*result.events == 0)
      result.time_to_catch_up = std::chrono::seconds{0};
    else if (speed > 0)
      result.time_to_catch_up = std::chrono::seconds{
          static_cast<std::int64_t>(static_cast<double>(*result.events) / speed) + 1};
  } catch (const std::exception&) {
    result.events.reset();
    result.lag_seconds.reset();
  }
  return result;
}

} // namespace waymark
