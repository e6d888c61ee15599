#include "actors/job_meter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace waymark {

namespace {

using std::chrono::steady_clock;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

std::atomic<std::uint64_t> last_id{0};

} // namespace

job_meter::job_meter(shard_key key, std::string pool, spec_ptr spec,
                     std::shared_ptr<handler_times> times, std::shared_ptr<projection_store> store)
    : id_{++last_id}, key_{std::move(key)}, pool_{std::move(pool)}, spec_{std::move(spec)},
      times_{std::move(times)}, store_{std::move(store)},
      since_{steady_clock::now().time_since_epoch().count()} {}

void job_meter::enter_session(const std::string& name) {
  {
    const std::lock_guard lock{mutex_};
    session_ = name;
  }
  enter_store();
}

std::string job_meter::session() const {
  const std::lock_guard lock{mutex_};
  return session_;
}

void job_meter::enter(stage what) noexcept {
  if (stage_.load(relaxed) == what)
    return;
  begin_change();
  position_.store(0, release);
  since_.store(steady_clock::now().time_since_epoch().count(), release);
  stage_.store(what, release);
  end_change();
}

void job_meter::enter_handler(const event& e, const std::string* type, time_point now) noexcept {
  std::uint64_t id[2];
  std::memcpy(id, e.event_id.bytes.data(), sizeof(id));
  begin_change();
  id_high_.store(id[0], release);
  id_low_.store(id[1], release);
  type_.store(type, release);
  since_.store(now.time_since_epoch().count(), release);
  position_.store(e.position, release);
  stage_.store(stage::handling, release);
  end_change();
}

// What follows is stored with `release`, so that whoever sees any of it, with `acquire`, sees this
// too in its second look at the turn, on machines that reorder plain stores as well.
void job_meter::begin_change() noexcept {
  auto now = turn_.fetch_add(changing) + changing;
  while ((now & held) != 0) {
    turn_.wait(now);
    now = turn_.load();
  }
}

void job_meter::end_change() noexcept {
  turn_.store(turn_.load(relaxed) - changing + one_run, release);
}

std::optional<job_meter::hold> job_meter::hold_in(const view& seen) noexcept {
  auto expected = seen.run;
  if (expected == 0 || !turn_.compare_exchange_strong(expected, expected | held))
    return std::nullopt;
  return hold{*this};
}

void job_meter::let_go() noexcept {
  turn_.fetch_and(~held);
  turn_.notify_one();
}

job_meter::view job_meter::look() const {
  view seen;
  for (int tries = 0; tries < 10 && seen.run == 0; ++tries) {
    const auto before = turn_.load(acquire) & ~held;
    seen.at = stage_.load(acquire);
    seen.since = time_point{steady_clock::duration{since_.load(acquire)}};
    seen.position = position_.load(acquire);
    const auto* type = type_.load(acquire);
    const std::uint64_t id[2]{id_high_.load(acquire), id_low_.load(acquire)};
    std::memcpy(seen.event_id.bytes.data(), id, sizeof(id));
    seen.event_type = type ? *type : std::string{};
    if ((before & changing) == 0 && (turn_.load(relaxed) & ~held) == before)
      seen.run = before;
  }
  return seen;
}

work_at_hand to_work(const job_meter& job, job_meter::time_point now) {
  return to_work(job.key(), job.look(), now);
}

work_at_hand to_work(const shard_key& who, const job_meter::view& seen, job_meter::time_point now) {
  work_at_hand work;
  work.who = who;
  work.lasts = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max(now - seen.since, steady_clock::duration{0}));
  if (seen.at == job_meter::stage::waiting)
    return work;
  work.at = work_at_hand::stage::in_store;
  if (seen.at != job_meter::stage::handling)
    return work;
  work.at = work_at_hand::stage::handling;
  work.position = seen.position;
  work.event_type = seen.event_type;
  work.event_id = seen.event_id;
  return work;
}

} // namespace waymark
