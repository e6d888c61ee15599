#include "supervisors/engine_status.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <algorithm>

namespace waymark {

namespace {

constexpr std::int64_t most_keys_asked = 100; ///< One by one, for a date.

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
  case projection_state::stalled:
    return 6;
  case projection_state::ended:
    return 7;
  case projection_state::degraded:
    return 8;
  case projection_state::stopped:
    return 9;
  case projection_state::diverged:
    return 10;
  case projection_state::failed:
    return 11;
  }
  return 0;
}

/// A stall is the watchdog's word, which the projection itself does not know.
projection_state shown_state(const projection_status& status) {
  return status.evidence.stalled && status.state == projection_state::running
             ? projection_state::stalled
             : status.state;
}

/// When the oldest letter of the generation was written.
std::optional<timestamp> oldest_letter(projection_store& store, const std::string& projection,
                                       std::int64_t generation) {
  letter_query query{projection, {}, 0, 100};
  for (int pages = 0; pages < 100; ++pages) {
    const auto some = store.letters(query);
    for (const auto& letter : some) {
      if (letter.generation >= generation)
        return letter.created_at;
      query.after_id = letter.id;
    }
    if (some.size() < query.limit)
      break;
  }
  return std::nullopt;
}

/// When the first of the parked keys was parked: its letter was written then, or, if a replay has
/// settled that, the first event that is parked was recorded.
std::optional<timestamp> first_parked(const board_entry& shard, event_store& log) {
  std::optional<timestamp> first;
  for (int i = 0; i < shard.spec->shards; ++i) {
    const shard_key key{shard.status.key.projection, i};
    for (const auto& queue : shard.store->parked_queues(key)) {
      std::optional<timestamp> since;
      if (queue.letter_id) {
        if (const auto letter = shard.store->letter(*queue.letter_id))
          since = letter->created_at;
      } else if (const auto at = shard.store->parked_positions(key, queue.sequence_key);
                 !at.empty()) {
        if (const auto mark = log.mark_at(at.front()))
          since = mark->recorded_at;
      }
      first = since && first ? std::min(*since, *first) : since ? since : first;
    }
  }
  return first;
}

position_t passed_by_all(const std::vector<board_entry>& shards) {
  auto passed = shards.front().status.passed;
  for (const auto& shard : shards)
    passed = std::min(passed, shard.status.passed);
  return passed;
}

} // namespace

const board_entry& most_urgent(const std::vector<board_entry>& shards) {
  return *std::max_element(shards.begin(), shards.end(), [](auto& a, auto& b) {
    const auto of_a = urgency(shown_state(a.status));
    const auto of_b = urgency(shown_state(b.status));
    return of_a != of_b ? of_a < of_b : a.status.passed > b.status.passed;
  });
}

std::vector<const board_entry*> stopped_shards(const std::vector<board_entry>& shards,
                                               std::optional<position_t> position) {
  std::vector<const board_entry*> result;
  for (const auto& shard : shards)
    if (const auto at = shard.status.evidence.stopped_before.value_or(0);
        shard.status.state == projection_state::stopped && at > 0 && at == position.value_or(at))
      result.push_back(&shard);
  return result;
}

projection_evidence evidence_of(const board_entry& shard, const board& shown,
                                const std::string& own) {
  auto evidence = shard.status.evidence;
  const auto now = std::chrono::steady_clock::now();
  if (shard.job && shard.job->look().at != job_meter::stage::returned)
    evidence.work = to_work(*shard.job, now);
  if (evidence.work && evidence.work->at == work_at_hand::stage::waiting_for_session)
    for (const auto& job : shown.jobs_in(shard.job->pool()))
      evidence.sessions_held_by.push_back(to_work(*job, now));
  if (const auto most = shard.times->busiest(now)) {
    evidence.busiest_handler = most->event_type;
    evidence.busiest_share = most->of_time;
  }
  const auto& owner = shard.record.owner;
  if (shard.status.state == projection_state::standing_by && owner && *owner != own)
    evidence.owner = describe_instance(*owner);
  return evidence;
}

std::vector<board_entry> with_foreign_counts(std::vector<board_entry> shards) {
  try {
    for (auto& shard : shards)
      if (shard.status.state == projection_state::standing_by)
        shard.status.set_aside = shard.store->counts(shard.status.key);
  } catch (const std::exception&) {
    // the store is away; its projection's state says so
  }
  return shards;
}

void ask_stores(projection_status& status, const board_entry& shard, event_store& log) {
  auto& evidence = status.evidence;
  try {
    if (const auto newest = log.mark_at(log.head()))
      evidence.last_appended_at = newest->recorded_at;
    evidence.append_obstacle = log.append_obstacle();
  } catch (const std::exception&) {
    // the lag is unknown then, which says so
  }
  try {
    if (evidence.work && evidence.work->at != work_at_hand::stage::waiting_for_session)
      evidence.lock = shard.store->blocked_by(shard.status.key);
    // In memory, a job that hangs has the only connection.
    const bool hangs = evidence.work && evidence.work->lasts >= std::chrono::seconds{1};
    const bool few = status.set_aside.parked_keys <= most_keys_asked;
    if (status.set_aside.parked_keys > 0 && few && !hangs)
      evidence.parked_since = first_parked(shard, log);
    else if (status.set_aside.letters > 0 && !hangs)
      evidence.parked_since =
          oldest_letter(*shard.store, status.key.projection, shard.record.generation);
  } catch (const std::exception&) {
    // the store is away; its projection's state says so
  }
}

projection_status join_status(const std::vector<board_entry>& shards, position_t head) {
  const auto& worst = most_urgent(shards);
  auto result = worst.status;
  result.state = shown_state(worst.status);
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
    result.projection = shard.status.key.projection;
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
      result.lag_seconds = seconds_since_recorded(log, oldest->recorded_at);
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
