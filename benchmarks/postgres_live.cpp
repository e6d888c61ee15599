#include "benchmarks/child.hpp"
#include "benchmarks/engines.hpp"
#include "benchmarks/postgres_floor.hpp"
#include "benchmarks/postgres_server.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace bench {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int connections = 8;
constexpr auto between_events = 200ms;

void wait_for(const waymark::engine& engine, const waymark::projection_handle& projection,
              std::int64_t position) {
  if (projection.wait_until(position, 30s) != waymark::wait_result::reached)
    throw waymark::error{engine.explain(projection.name())};
}

sample p99_of(latencies& taken, const stopwatch& time) {
  auto result = time.per_second(static_cast<std::int64_t>(taken.size()));
  result.p50_ms = percentile_ms(taken, 0.5);
  result.p99_ms = percentile_ms(taken, 0.99);
  result.value = *result.p99_ms;
  return result;
}

std::int64_t appends_of(const setting& in) {
  return std::max<std::int64_t>(in.events() / 100, 10);
}

/// Single appends 10 ms apart: from the answer until the effect is in the read model.
sample live_here(setting& in) {
  const postgres_database log;
  waymark::engine engine{waymark::open(log.address()), silent()};
  const auto projection = engine.start(order_projection(0));
  catch_up(engine, projection);
  latencies taken;
  auto next = steady_clock::now();
  const stopwatch time;
  for (std::int64_t n = 0; n < appends_of(in); ++n) {
    std::this_thread::sleep_until(next += 10ms);
    const auto token = engine.append(std::move(commands(n, 1, in.streams(), false).front()));
    const auto acknowledged = steady_clock::now();
    wait_for(engine, projection, token.last_position);
    taken.push_back(steady_clock::now() - acknowledged);
  }
  return p99_of(taken, time);
}

/// The same when another process appends. Both processes read the same clock.
sample live_elsewhere(setting& in) {
  const postgres_database log;
  waymark::engine engine{waymark::open(log.address()), silent()};
  const auto projection = engine.start(order_projection(0));
  catch_up(engine, projection);
  std::vector<steady_clock::time_point> visible;
  const stopwatch time;
  auto child = std::async(std::launch::async,
                          [&] { return append_in_child(log.address(), appends_of(in)); });
  for (std::int64_t n = 1; n <= appends_of(in); ++n) {
    wait_for(engine, projection, n);
    visible.push_back(steady_clock::now());
  }
  latencies taken;
  const auto acknowledged = child.get();
  for (std::size_t i = 0; i < visible.size(); ++i)
    taken.push_back(std::max<std::chrono::nanoseconds>(
        visible[i].time_since_epoch() - std::chrono::nanoseconds{acknowledged.at(i)}, 0ns));
  return p99_of(taken, time);
}

/// As the row says, but for a quick look.
int projections_of(const setting& in) {
  return in.events() < 50'000 ? 24 : 200;
}

std::int64_t events_for_many(const setting& in) {
  return std::clamp<std::int64_t>(in.events() / 2'000, 3, 50);
}

/// 200 projections, an event every 200 ms: from the answer until it is in all read models. The
/// value is transactions for each second of this process's CPU time, or the p99 in ms.
sample many_projections(setting& in, bool by_cpu) {
  const postgres_database log;
  waymark::engine engine{waymark::open(log.address()), silent()};
  std::vector<waymark::projection_handle> all;
  const auto many = projections_of(in);
  for (int i = 0; i < many; ++i)
    all.push_back(engine.start(order_projection(i)));
  for (const auto& each : all)
    catch_up(engine, each);
  const auto events = events_for_many(in);
  latencies taken;
  auto next = steady_clock::now();
  const auto cpu = cpu_seconds();
  const stopwatch time;
  for (std::int64_t n = 0; n < events; ++n) {
    std::this_thread::sleep_until(next += between_events);
    const auto token = engine.append(std::move(commands(n, 1, in.streams(), false).front()));
    const auto acknowledged = steady_clock::now();
    for (const auto& each : all)
      wait_for(engine, each, token.last_position);
    taken.push_back(steady_clock::now() - acknowledged);
  }
  std::this_thread::sleep_until(next += between_events);
  const auto spent = cpu_seconds() - cpu;
  auto result = p99_of(taken, time);
  if (by_cpu)
    result.value = static_cast<double>(events * many) / spent;
  return result;
}

/// The same transactions by hand: eight threads, each with a connection and 25 projections.
class many_by_hand {
 public:
  many_by_hand(const std::string& address, int many) : reader_{address} {
    for (int i = 0; i < connections; ++i)
      connections_.emplace_back(address);
    for (int i = 0; i < many; ++i)
      projections_.emplace_back(connections_[static_cast<std::size_t>(i % connections)], i,
                                i < connections);
    for (int i = 0; i < connections; ++i)
      threads_.emplace_back([this, i] { run(static_cast<std::size_t>(i)); });
  }

  ~many_by_hand() {
    tell(-1);
    for (auto& each : threads_)
      each.join();
  }

  /// Reads what is behind `after` and has all projections apply it.
  void apply(std::int64_t after) {
    reader_.read(after, 1'000, page_);
    left_ = connections;
    tell(after + 1);
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  void tell(std::int64_t turn) {
    {
      const std::lock_guard lock{mutex_};
      turn_ = turn;
    }
    changed_.notify_all();
  }

  void run(std::size_t thread) {
    for (std::int64_t done = 0;;) {
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return turn_ != done; });
        done = turn_;
      }
      if (done < 0)
        return;
      for (auto i = thread; i < projections_.size(); i += connections)
        projections_[i].apply_each(page_);
      if (--left_ == 0) {
        const std::lock_guard lock{mutex_};
        changed_.notify_all();
      }
    }
  }

  postgres_reader reader_;
  std::deque<raw_postgres> connections_;
  std::deque<postgres_projection> projections_;
  std::vector<postgres_event> page_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t turn_ = 0;
  std::atomic<int> left_{0};
  std::vector<std::thread> threads_;
};

sample many_floor(setting& in) {
  const postgres_database log;
  const auto store = waymark::open(log.address());
  const auto many = projections_of(in);
  many_by_hand all{log.address(), many};
  const auto events = events_for_many(in);
  latencies taken;
  auto next = steady_clock::now();
  const auto cpu = cpu_seconds();
  const stopwatch time;
  for (std::int64_t n = 0; n < events; ++n) {
    std::this_thread::sleep_until(next += between_events);
    static_cast<void>(store.events->append(commands(n, 1, in.streams(), false)));
    const auto acknowledged = steady_clock::now();
    all.apply(n);
    taken.push_back(steady_clock::now() - acknowledged);
  }
  std::this_thread::sleep_until(next += between_events);
  const auto spent = cpu_seconds() - cpu;
  auto result = p99_of(taken, time);
  result.value = static_cast<double>(events * many) / spent;
  return result;
}

} // namespace

std::vector<row> postgres_live_rows() {
  const auto plain = [](auto measure) {
    return [measure](setting& in) { return contest{[&in, measure] { return measure(in); }, {}}; };
  };
  return {
      {"live PostgreSQL, ack to visible, p99", "ms", row::goal::at_most, 5, plain(live_here)},
      {"live PostgreSQL, from another process, p99", "ms", row::goal::at_most, 5,
       plain(live_elsewhere)},
      {"200 projections on 8 connections, p99", "ms", row::goal::at_most, 500,
       plain([](setting& in) { return many_projections(in, false); })},
      {"200 projections, CPU", "transactions/CPU s", row::goal::at_least_of_floor, 1 / 1.5,
       [](setting& in) -> contest {
         return {[&in] { return many_projections(in, true); }, [&in] { return many_floor(in); }};
       }}};
}

} // namespace bench
