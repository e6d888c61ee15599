#include "benchmarks/appenders.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace bench {

using std::chrono::steady_clock;

prepared_list prepared_events(std::int64_t events, std::int64_t streams) {
  prepared_list result;
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

sample
run_producers(const prepared_list& events, std::int64_t threads,
              const std::function<void(std::int64_t thread, const prepared_event&)>& append) {
  const auto count = static_cast<std::size_t>(threads);
  std::vector<latencies> taken(count);
  const stopwatch time;
  std::vector<std::thread> all;
  for (std::size_t p = 0; p < count; ++p)
    all.emplace_back([&, p] {
      for (auto n = p; n < events.size(); n += count) {
        const auto before = steady_clock::now();
        append(static_cast<std::int64_t>(p), events[n]);
        taken[p].push_back(steady_clock::now() - before);
      }
    });
  for (auto& thread : all)
    thread.join();
  auto result = time.per_second(static_cast<std::int64_t>(events.size()));
  latencies together;
  for (const auto& some : taken)
    together.insert(together.end(), some.begin(), some.end());
  result.p50_ms = percentile_ms(together, 0.5);
  result.p99_ms = percentile_ms(together, 0.99);
  return result;
}

sample run_batches(std::int64_t events,
                   const std::function<void(std::int64_t, std::int64_t)>& append) {
  latencies taken;
  const stopwatch time;
  for (std::int64_t n = 0; n < events; n += batch) {
    const auto before = steady_clock::now();
    append(n, std::min(n + batch, events));
    taken.push_back(steady_clock::now() - before);
  }
  auto result = time.per_second(events);
  result.p50_ms = percentile_ms(taken, 0.5);
  result.p99_ms = percentile_ms(taken, 0.99);
  return result;
}

} // namespace bench
