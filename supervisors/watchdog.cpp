#include "supervisors/watchdog.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"
#include "supervisors/groups.hpp"
#include "supervisors/remedies.hpp"
#include "supervisors/watch_rule.hpp"
#include "supervisors/wording.hpp"

#include <waymark/messages/clock.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace waymark {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds seldom{1'000};
constexpr milliseconds often{5};

milliseconds since(steady_clock::time_point when, steady_clock::time_point now) {
  return std::chrono::duration_cast<milliseconds>(now - when);
}

watch_facts::work work_in(job_meter::stage at) {
  switch (at) {
  case job_meter::stage::waiting:
    return watch_facts::work::waiting_for_session;
  case job_meter::stage::in_store:
    return watch_facts::work::in_store;
  case job_meter::stage::handling:
    return watch_facts::work::handling;
  case job_meter::stage::returned:
    break;
  }
  return watch_facts::work::returned;
}

struct watchdog_state {
  using self_ptr = caf::stateful_actor<watchdog_state>*;
  static inline const char* name = "waymark.watchdog";
  explicit watchdog_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(std::shared_ptr<engine_context> context) {
    set_quiet_handlers(self_);
    context_ = std::move(context);
    remedies_.emplace(self_, context_);
    tick();
    return {[this](tick_atom) {
      look();
      tick();
    }};
  }

 private:
  struct seen {
    std::uint64_t progress = 0;
    steady_clock::time_point unchanged_since{};
    steady_clock::time_point busy_at{}; ///< When its pool last had no free session.
    steady_clock::time_point told_at{}; ///< When it was last told to start anew; epoch: never.
    bool noted = false;
  };

  [[nodiscard]] watch_limits limits_for(const projection_spec& spec) const {
    const auto& options = context_->options;
    return {options.stalled_after, spec.handler_timeout.value_or(options.handler_timeout)};
  }

  void tick() { compat::tell_after(self_, interval_, caf::actor{self_}, tick_atom_v); }

  void look() {
    const auto now = steady_clock::now();
    wake_appender();
    tell_of_deafness();
    look_at_decoding(now);
    has_free_session_.clear();
    auto shortest = 10 * seldom;
    std::set<shard_key> there;
    for (const auto& shard : context_->shown->all()) {
      const auto limits = limits_for(*shard.spec);
      for (const auto limit : {limits.stalled_after, limits.handler_timeout})
        if (limit.count() > 0)
          shortest = std::min(shortest, limit);
      there.insert(shard.status.key);
      look_at(shard, limits, now);
    }
    for (const auto& job : context_->shown->jobs_left_behind())
      shortest = std::min(shortest, look_at_left(job, now));
    std::erase_if(seen_, [&](const auto& each) { return there.count(each.first) == 0; });
    interval_ = std::clamp(shortest / 10, often, seldom);
  }

  /// In case its wake-up was lost; one too many does no harm.
  void wake_appender() {
    if (!context_->queue->is_waiting())
      return;
    if (const auto to = context_->others->find(roles::append))
      compat::tell(self_, to, drain_atom_v);
  }

  /// It costs the time of a poll, nothing else, so no projection shows it.
  void tell_of_deafness() {
    auto& log = *context_->where.events;
    auto why = log.deafness();
    if (why.empty() != deafness_.empty())
      context_->log->write(
          why.empty() ? log_level::info : log_level::warning, why.empty() ? "hears" : "deaf",
          "engine",
          why.empty() ? log.address() + " tells of appends elsewhere again"
                      : "nothing is heard of appends elsewhere, the log is looked at every " +
                            spelled(context_->options.poll_interval) + " meanwhile: " + why);
    deafness_ = std::move(why);
  }

  /// On the only thread that reads the log, so nobody gets events while an author's code hangs
  /// there.
  void look_at_decoding(steady_clock::time_point now) {
    const auto before = std::exchange(decoding_, context_->decoding->look());
    if (!decoding_)
      return;
    const auto step = decoding_->step;
    if (!before || before->step != step)
      same_event_since_ = now;
    const auto limit = context_->options.handler_timeout;
    const auto lasts = since(same_event_since_, now);
    if (limit.count() == 0 || lasts < limit || std::exchange(decoding_told_, step) == step)
      return;
    context_->decoding->give_up(step);
    auto work = decoded_now();
    work.lasts = lasts;
    for (const auto& shard : context_->shown->all())
      if (shard.spec->codec_for(work.event_type)) {
        work.who = shard.status.key;
        break;
      }
    remedies_->give_decoding_up(work, limit);
  }

  [[nodiscard]] work_at_hand decoded_now() const {
    work_at_hand work;
    work.at = work_at_hand::stage::handling;
    work.position = decoding_->position;
    work.event_type = decoding_->event_type;
    work.event_id = decoding_->event_id;
    return work;
  }

  void look_at(const board_entry& shard, const watch_limits& limits, steady_clock::time_point now) {
    auto& before = seen_[shard.status.key];
    watch_facts facts;
    facts.state = shard.status.state;
    job_meter::view work;
    if (shard.job) {
      work = shard.job->look();
      facts.at = work_in(work.at);
    }
    facts.has_events = context_->shown->head() > shard.status.passed;
    const bool idle = facts.at == watch_facts::work::none && !facts.has_events &&
                      facts.state == projection_state::running;
    if (shard.progress != before.progress || idle || before.unchanged_since == time_point{}) {
      if (std::exchange(before.noted, false) && !idle)
        note(log_level::info, "goes_on", shard, "goes on");
      before.progress = shard.progress;
      before.unchanged_since = now;
    }
    facts.unchanged = since(before.unchanged_since, now);
    if (shard.job) {
      facts.lasts = std::max(since(work.since, now), milliseconds{0});
      if (!has_free_session(shard.job->pool()))
        before.busy_at = now;
    }
    facts.sessions_free = since(std::max(before.busy_at, before.unchanged_since), now);
    facts.reading = context_->reading->waits(now);
    if (decoding_)
      facts.decoding = since(decoding_->begun, now);
    act(judge(facts, limits), shard, facts, work, before, limits, now);
  }

  /// A handler may hang after its actor was left behind, and have a store's only writer. @returns
  /// its limit.
  [[nodiscard]] milliseconds look_at_left(const std::shared_ptr<job_meter>& job,
                                          steady_clock::time_point now) {
    const auto limit = limits_for(job->spec()).handler_timeout;
    if (limit.count() == 0)
      return 10 * seldom;
    const auto work = job->look();
    if (work.at == job_meter::stage::handling && since(work.since, now) >= limit)
      remedies_->give_handler_up(job, work, limit);
    return limit;
  }

  /// Found out once in each look.
  [[nodiscard]] bool has_free_session(const std::string& pool) {
    const auto [known, fresh] = has_free_session_.try_emplace(pool);
    if (fresh)
      known->second = context_->shown->jobs_in(pool).size() < sessions_of(pool);
    return known->second;
  }

  [[nodiscard]] std::size_t sessions_of(const std::string& pool) const {
    std::size_t sessions = 0;
    while (context_->others->find(roles::session(pool, sessions + 1)))
      ++sessions;
    return sessions;
  }

  void act(watch_verdict verdict, const board_entry& shard, const watch_facts& facts,
           const job_meter::view& work, seen& before, const watch_limits& limits,
           steady_clock::time_point now) {
    switch (verdict) {
    case watch_verdict::fine:
      return;
    case watch_verdict::stalled:
      return show_stall(shard, before,
                        facts.at == watch_facts::work::handling
                            ? "in event " + event_of(to_work(shard.status.key, work, now)) +
                                  " for " + spelled(facts.lasts)
                            : "it has waited for its store for " + spelled(facts.lasts));
    case watch_verdict::log_away:
      return show_stall(shard, before,
                        "the log has not answered for " + spelled(facts.reading) + ": " +
                            context_->where.events->address());
    case watch_verdict::decoding:
      return show_stall(shard, before,
                        "no events come, since the decoding of " + event_of(decoded_now()) +
                            " has not come back; its page is being decoded for " +
                            spelled(facts.decoding));
    case watch_verdict::overdue:
      return remedies_->give_handler_up(shard.job, work, limits.handler_timeout);
    case watch_verdict::lost:
      return start_anew(shard, facts, before, limits, now);
    }
  }

  void show_stall(const board_entry& shard, seen& before, const std::string& why) {
    context_->shown->set_stalled(shard.status.key, why);
    if (!std::exchange(before.noted, true))
      note(log_level::warning, "stalled", shard, "has stalled at position " +
                                                     std::to_string(shard.status.passed) + ": " +
                                                     why);
  }

  /// Its actor has heard nothing of what it waits for. If it does not even obey, its supervisor
  /// leaves it behind.
  void start_anew(const board_entry& shard, const watch_facts& facts, seen& before,
                  const watch_limits& limits, steady_clock::time_point now) {
    const auto why = "nothing has come of what it waits for in " + spelled(facts.unchanged) +
                     "; it starts anew";
    const bool again = before.told_at != time_point{} &&
                       since(before.told_at, now) < 3 * limits.stalled_after;
    show_stall(shard, before, why);
    before.told_at = now;
    before.unchanged_since = now;
    const auto who = context_->others->find(roles::projection(shard.status.key));
    if (who && !again)
      return compat::anon_stop_now(who, make_exit(exit_code::crashed, why));
    if (const auto child = context_->child_of(shard.status.key); !child.empty())
      remedies_->restart_child(projections_tree().name.c_str(), child);
  }

  void note(log_level level, const char* what, const board_entry& shard,
            const std::string& text) const {
    context_->log->write(level, what, to_string(shard.status.key), text);
  }

  using time_point = steady_clock::time_point;
  self_ptr self_;
  std::shared_ptr<engine_context> context_;
  std::optional<remedies> remedies_;
  std::map<shard_key, seen> seen_;
  std::map<std::string, bool> has_free_session_; ///< By pool, as of this look.
  milliseconds interval_ = often;
  std::string deafness_; ///< As it was told of.
  std::optional<decoding_meter::view> decoding_; ///< As of this look.
  steady_clock::time_point same_event_since_{};
  std::uint64_t decoding_told_ = 0; ///< The step that somebody was told of last.
};

caf::behavior run(watchdog_state::self_ptr self, std::shared_ptr<engine_context> context) {
  return compat::state(self).make_behavior(std::move(context));
}

} // namespace

caf::actor spawn_watchdog(caf::local_actor& host, std::shared_ptr<engine_context> context) {
  return host.home_system().spawn<caf::detached>(run, std::move(context));
}

} // namespace waymark
