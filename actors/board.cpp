#include "actors/board.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

namespace {
constexpr std::chrono::seconds speed_window{5};
constexpr std::chrono::milliseconds speed_step{100};
} // namespace

void board::add(const shard_key& key, board_entry entry) {
  const std::lock_guard lock{mutex_};
  entries_.insert_or_assign(key, std::move(entry));
}

void board::remove(std::string_view projection) {
  const std::lock_guard lock{mutex_};
  std::erase_if(entries_, [&](const auto& e) { return e.first.projection == projection; });
  std::erase_if(speeds_, [&](const auto& e) { return e.first.projection == projection; });
  wake(projection);
}

void board::wake(std::string_view projection) const {
  for (const auto* each : waiting_)
    if (each->projection == projection)
      each->changed.notify_one();
}

/// Keeps a sample each 100 ms and tells the mean of the last seconds.
void board::note_speed(const shard_key& key, projection_status& status, std::int64_t processed) {
  const auto now = std::chrono::steady_clock::now();
  auto& samples = speeds_[key].samples;
  if (!samples.empty() && processed < samples.back().second)
    samples.clear(); // a reset
  if (samples.empty() || now - samples.back().first >= speed_step)
    samples.emplace_back(now, processed);
  while (samples.size() > 1 && now - samples.front().first > speed_window)
    samples.pop_front();
  const std::chrono::duration<double> span = now - samples.front().first;
  if (span.count() > 0)
    status.events_per_second =
        static_cast<double>(processed - samples.front().second) / span.count();
}

void board::publish(const projection_status& status, const checkpoint& record) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(status.key);
  if (found == entries_.end())
    return;
  auto& entry = found->second;
  const auto before = std::exchange(entry.status, status);
  entry.status.restarts = before.restarts;
  keep_evidence(entry, before);
  if (record.epoch == 0) { // a new incarnation knows nothing yet; what was committed still is
    entry.status.passed = before.passed;
    entry.status.position = before.position;
    entry.status.set_aside = before.set_aside;
  } else if (record.generation < entry.generation) { // of before a reset
    entry.status.passed = 0;
    entry.status.position.reset();
  } else {
    entry.record = record;
  }
  // A new incarnation has mended nothing as long as it has not claimed.
  if (status.state == projection_state::starting && before.state == projection_state::degraded) {
    entry.status.state = before.state;
    entry.status.reason = before.reason;
    entry.status.last_error = before.last_error;
  }
  if (entry.status.state == before.state && before.since != timestamp{})
    entry.status.since = before.since;
  note_speed(status.key, entry.status, entry.record.events_processed);
  wake(status.key.projection);
}

void board::forget_progress(std::string_view projection, std::int64_t generation, timestamp since) {
  const std::lock_guard lock{mutex_};
  for (auto& [key, entry] : entries_) {
    if (key.projection != projection)
      continue;
    entry.generation = generation;
    entry.record = checkpoint{};
    entry.record.key = key;
    const auto restarts = entry.status.restarts;
    entry.status = projection_status{};
    entry.status.key = key;
    entry.status.restarts = restarts;
    entry.status.since = since;
    ++entry.progress;
  }
}

/// What a projection's actor does not know of itself stays until it gets on.
void board::keep_evidence(board_entry& entry, const projection_status& before) {
  auto& now = entry.status;
  const bool moved = now.passed != before.passed || now.state != before.state;
  if (moved)
    ++entry.progress;
  else
    now.evidence.stalled = before.evidence.stalled;
  if (now.state != projection_state::starting && now.state != projection_state::degraded)
    return;
  now.evidence.failures_in_a_row = before.evidence.failures_in_a_row;
  if (!now.evidence.next_try_at)
    now.evidence.next_try_at = before.evidence.next_try_at;
}

void board::count_restart(const shard_key& key, int failures_in_a_row, timestamp next_try_at) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end())
    return;
  auto& status = found->second.status;
  ++status.restarts;
  status.evidence.failures_in_a_row = failures_in_a_row;
  status.evidence.next_try_at = next_try_at;
}

void board::set_next_try(const shard_key& key, std::optional<timestamp> at) {
  const std::lock_guard lock{mutex_};
  if (const auto found = entries_.find(key); found != entries_.end())
    found->second.status.evidence.next_try_at = at;
}

void board::keep_job(const std::shared_ptr<job_meter>& job) {
  if (jobs_.size() >= most_jobs_)
    forget_returned();
  jobs_.push_back(job);
}

void board::add_job(const std::shared_ptr<job_meter>& job) {
  const std::lock_guard lock{mutex_};
  keep_job(job);
}

void board::begin_job(const std::shared_ptr<job_meter>& job) {
  const std::lock_guard lock{mutex_};
  keep_job(job);
  if (const auto found = entries_.find(job->key()); found != entries_.end()) {
    found->second.job = job;
    ++found->second.progress;
  }
}

std::shared_ptr<handler_times> board::times_of(const shard_key& key) const {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::make_shared<handler_times>() : found->second.times;
}

void board::forget_returned() {
  std::erase_if(jobs_, [](const auto& each) { return each.use_count() == 1 || each->returned(); });
  most_jobs_ = std::max<std::size_t>(2 * jobs_.size(), 16);
}

void board::end_job(const std::shared_ptr<job_meter>& job) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(job->key());
  if (found == entries_.end() || found->second.job != job)
    return;
  found->second.job.reset();
  ++found->second.progress;
  found->second.status.evidence.stalled.reset();
}

void board::set_stalled(const shard_key& key, const std::string& why) {
  const std::lock_guard lock{mutex_};
  if (const auto found = entries_.find(key); found != entries_.end())
    found->second.status.evidence.stalled = why;
}

std::vector<std::shared_ptr<job_meter>> board::jobs_in(std::string_view pool) const {
  std::vector<std::shared_ptr<job_meter>> result;
  const std::lock_guard lock{mutex_};
  for (const auto& job : jobs_) {
    const auto at = job->look().at;
    if (job->pool() == pool && at != job_meter::stage::waiting && at != job_meter::stage::returned)
      result.push_back(job);
  }
  return result;
}

std::vector<std::shared_ptr<job_meter>> board::jobs_left_behind() const {
  std::vector<std::shared_ptr<job_meter>> result;
  const std::lock_guard lock{mutex_};
  for (const auto& job : jobs_) {
    const auto found = entries_.find(job->key());
    const bool has_actor = found != entries_.end() && found->second.job == job;
    if (!has_actor && job.use_count() > 1 && !job->returned())
      result.push_back(job);
  }
  return result;
}

void board::set_state(const shard_key& key, projection_state state, const std::string& reason,
                      timestamp since) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end())
    return;
  auto& status = found->second.status;
  if (status.state != state)
    status.since = since;
  status.state = state;
  status.reason = reason;
  wake(key.projection);
}

void board::set_paused(std::string_view projection, std::optional<mandate> as) {
  const std::lock_guard lock{mutex_};
  for (auto& [key, entry] : entries_)
    if (key.projection == projection)
      entry.paused = as;
}

void board::set_head(position_t head) {
  auto known = head_.load();
  while (known < head && !head_.compare_exchange_weak(known, head)) {
  }
}

std::optional<board_entry> board::find(const shard_key& key) const {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end())
    return std::nullopt;
  return found->second;
}

std::vector<board_entry> board::find_locked(std::string_view projection) const {
  std::vector<board_entry> result;
  for (auto it = entries_.lower_bound({std::string{projection}, 0});
       it != entries_.end() && it->first.projection == projection; ++it)
    result.push_back(it->second);
  return result;
}

std::vector<board_entry> board::find(std::string_view projection) const {
  const std::lock_guard lock{mutex_};
  return find_locked(projection);
}

std::vector<board_entry> board::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<board_entry> result;
  for (const auto& [key, entry] : entries_)
    result.push_back(entry);
  return result;
}

std::vector<std::string> board::names() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> result;
  for (const auto& [key, entry] : entries_)
    if (result.empty() || result.back() != key.projection)
      result.push_back(key.projection);
  return result;
}

bool board::wait(std::string_view projection,
                 const std::function<bool(const std::vector<board_entry>&)>& done,
                 std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock{mutex_};
  const waiter here{projection, waiting_};
  return here.changed.wait_until(lock, deadline, [&] { return done(find_locked(projection)); });
}

} // namespace waymark
