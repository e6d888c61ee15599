#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"
#include "benchmarks/sqlite_by_hand.hpp"

#include "actors/apply.hpp"
#include "actors/board.hpp"
#include "actors/claim.hpp"
#include "persistence/sqlite/event_rows.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

namespace bench {

namespace {

using namespace waymark;

/// What the engine has around the jobs of a projection to see whether it gets on: their meters on
/// a board, and somebody who looks at them, 200 times as often as a watchdog does by default.
class watch {
 public:
  watch(const spec_ptr& spec, const shard_key& key) : key_{key}, spec_{spec} {
    board_entry entry;
    entry.spec = spec;
    entry.status.key = key;
    board_.add(key, entry);
    looking_ = std::thread{[this] { look(); }};
  }
  ~watch() {
    ended_.store(true);
    looking_.join();
  }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  std::shared_ptr<job_meter> begin_job() {
    auto job = std::make_shared<job_meter>(key_, pool_, spec_, board_.times_of(key_));
    board_.begin_job(job);
    job->enter_session(pool_);
    return job;
  }
  void end_job(const std::shared_ptr<job_meter>& job) {
    job->enter_return();
    board_.end_job(job);
  }

 private:
  void look() {
    while (!ended_.load()) {
      for (const auto& shard : board_.all())
        if (shard.job)
          static_cast<void>(shard.job->look());
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

  const shard_key key_;
  const std::string pool_ = "sessions";
  const spec_ptr spec_;
  board board_;
  std::atomic<bool> ended_{false};
  std::thread looking_;
};

/// Applies what is left of a page, as one job or more.
void apply_page(apply_request& request, const page& events, watch* by) {
  while (request.passed < events.scanned_to) {
    if (by != nullptr)
      request.meter = by->begin_job();
    const auto outcome = apply(request, events);
    if (by != nullptr)
      by->end_job(request.meter);
    if (outcome.state != apply_outcome::status::done)
      throw error{"could not apply: " + outcome.error};
    request.stored = outcome.stored;
    request.passed = outcome.passed;
  }
}

/// The engine's own work on pages, on one thread and without actors.
sample run_by_jobs(const std::string& file, std::int64_t events, bool watched) {
  sample result;
  {
    const auto where = open("sqlite:" + file);
    claim_order order;
    order.spec = table_projection(0).freeze();
    order.store = where.projections;
    order.log = where.events;
    order.owner = make_owner_instance();
    const auto claimed = claim_shard(order);
    if (claimed.state != claim_report::status::granted)
      throw error{claimed.detail};
    apply_request request;
    request.spec = order.spec;
    request.store = order.store;
    request.parked = claimed.parked;
    request.owner = {claimed.record.key, claimed.record.epoch};
    std::optional<watch> by;
    if (watched)
      by.emplace(order.spec, claimed.record.key);
    const stopwatch time;
    while (request.passed < events)
      apply_page(request, where.events->read_all(request.passed), by ? &*by : nullptr);
    result = time.per_second(events);
    where.projections->release({&request.owner, 1});
  }
  check_tables(file, 1, events);
  return result;
}

contest watched(setting& in) {
  const auto run = [&in](bool with_watch) {
    return run_by_jobs(in.copy_of_log(in.events(), "catch-up"), in.events(), with_watch);
  };
  return {[run] { return run(true); }, [run] { return run(false); }};
}

/// Claims as somebody who is never heard of again, with so many events under way.
void claim_and_vanish(const std::string& file, std::int64_t events) {
  {
    const auto where = open("sqlite:" + file);
    claim_request request;
    request.key = {tables{0}.name, 0};
    request.key_rule = where.projections->load(request.key).value().key_rule;
    request.log_id = where.events->log_id();
    request.owner = "waymark-bench";
    request.max_batch = events;
    if (const auto claimed = where.projections->claim({&request, 1}).at(0);
        claimed.state != claim_result::status::granted)
      throw error{claimed.detail};
  }
  raw_database db{file};
  db.execute("UPDATE waymark_checkpoints SET renewed_at = 0 WHERE owner = 'waymark-bench'");
}

sample run_carefully(const std::string& file, std::int64_t events) {
  sample result;
  {
    engine engine{open("sqlite:" + file), silent()};
    const stopwatch time;
    const auto projection = engine.start(table_projection(0));
    catch_up(engine, projection);
    result = time.per_second(events);
    if (engine.checkpoint(projection.name()).value().careful_until < events)
      throw error{"it did not go event by event"};
  }
  check_tables(file, 1, events);
  return result;
}

/// For each event a commit of its marker, and one of its effects and the checkpoint.
sample run_carefully_by_hand(const std::string& file, std::int64_t events) {
  sample result;
  {
    raw_database db{file};
    sqlite_by_hand projection{db, 0};
    const stopwatch time;
    raw_statement read{db.get(), sqlite::read_page_sql};
    std::vector<read_event> page;
    for (std::int64_t after = 0; after < events; after = page.back().position) {
      read_page(read, after, events, page);
      for (const auto& e : page) {
        db.execute("BEGIN IMMEDIATE");
        projection.mark(e);
        db.execute("COMMIT");
        db.execute("BEGIN IMMEDIATE");
        projection.apply({&e, 1});
        projection.unmark();
        db.execute("COMMIT");
      }
    }
    result = time.per_second(events);
  }
  check_tables(file, 1, events);
  return result;
}

contest after_a_crash(setting& in) {
  const auto events = in.events() / 100; // each waits for the disk twice
  const auto crashed = in.copy_of_log(events, "crashed");
  claim_and_vanish(crashed, events);
  return {
      [&in, crashed, events] { return run_carefully(in.copy_of(crashed, "catch-up"), events); },
      [&in, crashed, events] {
        return run_carefully_by_hand(in.copy_of(crashed, "catch-up"), events);
      }};
}

} // namespace

std::vector<row> failure_rows() {
  return {{"catch-up SQLite, watched, of unwatched", "events/s", row::goal::at_least_of_floor, 0.98,
           watched},
          {"catch-up SQLite, event by event after a crash", "events/s", row::goal::for_the_record,
           0, after_a_crash}};
}

} // namespace bench
