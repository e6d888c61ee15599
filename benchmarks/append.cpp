#include "benchmarks/engines.hpp"
#include "benchmarks/group_commit.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <functional>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::int64_t producers = 64;
constexpr std::int64_t batch = 100;

/// Everything a producer needs is made before the clock runs.
struct prepared_event {
  std::string order;
  std::string type;
  std::string text;
};

std::vector<prepared_event> prepared_events(std::int64_t events, std::int64_t streams) {
  std::vector<prepared_event> result;
  result.reserve(static_cast<std::size_t>(events));
  for (std::int64_t n = 0; n < events; ++n)
    result.push_back({order_id(n, streams), event_type(n), json_text(n)});
  return result;
}

waymark::append_command command_of(const prepared_event& e) {
  waymark::append_command command;
  command.stream = {"Order", e.order};
  command.events.push_back(waymark::json_event(e.type, e.text));
  return command;
}

/// Each of 64 threads appends its share, one event after the other.
sample run_producers(const std::vector<prepared_event>& events,
                     const std::function<void(const prepared_event&)>& append) {
  std::vector<latencies> taken(producers);
  const stopwatch time;
  std::vector<std::thread> threads;
  for (std::int64_t p = 0; p < producers; ++p)
    threads.emplace_back([&, p] {
      for (auto n = static_cast<std::size_t>(p); n < events.size(); n += producers) {
        const auto before = std::chrono::steady_clock::now();
        append(events[n]);
        taken[static_cast<std::size_t>(p)].push_back(std::chrono::steady_clock::now() - before);
      }
    });
  for (auto& thread : threads)
    thread.join();
  auto result = time.per_second(static_cast<std::int64_t>(events.size()));
  latencies all;
  for (const auto& some : taken)
    all.insert(all.end(), some.begin(), some.end());
  result.p50_ms = percentile_ms(all, 0.5);
  result.p99_ms = percentile_ms(all, 0.99);
  return result;
}

/// An empty log, with waymark's tables in it.
std::string new_log(const setting& in) {
  auto file = in.empty_file("appended");
  static_cast<void>(waymark::open("sqlite:" + file));
  return file;
}

void check_log(const std::string& file, std::int64_t events) {
  if (waymark::open("sqlite:" + file).events->head() != events)
    throw std::runtime_error{"the log does not hold what was appended"};
}

contest producers_contest(setting& in) {
  const auto events = std::make_shared<const std::vector<prepared_event>>(
      prepared_events(in.events(), in.streams()));
  return {[&in, events] {
            const auto file = new_log(in);
            sample result;
            {
              waymark::engine engine{waymark::open("sqlite:" + file), silent()};
              result = run_producers(
                  *events, [&](const prepared_event& e) { engine.append(command_of(e)); });
            }
            check_log(file, in.events());
            return result;
          },
          [&in, events] {
            const auto file = new_log(in);
            sample result;
            {
              group_commit log{file};
              result = run_producers(
                  *events, [&](const prepared_event& e) { log.append(e.order, e.type, e.text); });
            }
            check_log(file, in.events());
            return result;
          }};
}

/// Calls `append(first, end)` for one stream and batch after the other.
sample run_batches(std::int64_t events,
                   const std::function<void(std::int64_t, std::int64_t)>& append) {
  latencies taken;
  const stopwatch time;
  for (std::int64_t n = 0; n < events; n += batch) {
    const auto before = std::chrono::steady_clock::now();
    append(n, std::min(n + batch, events));
    taken.push_back(std::chrono::steady_clock::now() - before);
  }
  auto result = time.per_second(events);
  result.p50_ms = percentile_ms(taken, 0.5);
  result.p99_ms = percentile_ms(taken, 0.99);
  return result;
}

contest batches_contest(setting& in) {
  const auto events = std::make_shared<const std::vector<prepared_event>>(
      prepared_events(in.events(), in.streams()));
  const auto at = [events](std::int64_t n) -> const prepared_event& {
    return (*events)[static_cast<std::size_t>(n)];
  };
  return {[&in, at] {
            const auto file = new_log(in);
            sample result;
            {
              waymark::engine engine{waymark::open("sqlite:" + file), silent()};
              result = run_batches(in.events(), [&](std::int64_t n, std::int64_t end) {
                auto command = command_of(at(n));
                while (++n < end)
                  command.events.push_back(waymark::json_event(at(n).type, at(n).text));
                engine.append(std::move(command));
              });
            }
            check_log(file, in.events());
            return result;
          },
          [&in, at] {
            const auto file = new_log(in);
            sample result;
            {
              hand_appender log{file};
              result = run_batches(in.events(), [&](std::int64_t n, std::int64_t end) {
                log.begin();
                const auto& order = at(n).order;
                for (auto version = log.next_version(order); n < end; ++n, ++version)
                  log.append(order, at(n).type, at(n).text, version);
                log.commit();
              });
            }
            check_log(file, in.events());
            return result;
          }};
}

} // namespace

std::vector<row> append_rows() {
  return {{"append SQLite, 64 producers", "events/s", row::goal::at_least_of_floor, 0.8,
           producers_contest},
          {"append SQLite, batches of 100", "events/s", row::goal::at_least_of_floor, 0.7,
           batches_contest}};
}

} // namespace bench
