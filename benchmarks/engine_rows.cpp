#include "benchmarks/child.hpp"
#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <algorithm>
#include <thread>

namespace bench {

namespace {

using std::chrono::steady_clock;

/// Single appends 10 ms apart: from the answer until the effect is in the read model.
sample live(setting& in) {
  const auto appends = std::max<std::int64_t>(in.events() / 100, 10);
  waymark::engine engine{waymark::open("sqlite:" + in.copy_of_log(in.events(), "live")), silent()};
  const auto projection = engine.start(table_projection(0));
  catch_up(engine, projection);
  latencies taken;
  auto next = steady_clock::now();
  const stopwatch time;
  for (std::int64_t n = 0; n < appends; ++n) {
    std::this_thread::sleep_until(next += std::chrono::milliseconds{10});
    const auto token = engine.append(std::move(commands(n, 1, in.streams(), false).front()));
    const auto acknowledged = steady_clock::now();
    if (projection.wait_until(token, std::chrono::seconds{30}) != waymark::wait_result::reached)
      throw waymark::error{engine.explain(projection.name())};
    taken.push_back(steady_clock::now() - acknowledged);
  }
  auto result = time.per_second(appends);
  result.p50_ms = percentile_ms(taken, 0.5);
  result.p99_ms = percentile_ms(taken, 0.99);
  result.value = *result.p99_ms;
  return result;
}

sample memory(setting& in) {
  const auto idle = measure_in_child("peak", in.caught_up_log(), 0);
  const auto busy = measure_in_child("peak", in.copy_of_log(in.many_events(), "memory"), 0);
  sample result;
  result.value = busy - idle;
  result.peak_mib = busy;
  return result;
}

sample idle(setting& in) {
  const auto seconds = std::clamp(static_cast<double>(in.events()) / 20'000, 0.2, 5.0);
  sample result;
  result.value = measure_in_child(
      "idle share", in.copy_of_log(std::min<std::int64_t>(in.events(), 1'000), "idle"), seconds);
  return result;
}

sample start(setting& in) {
  waymark::engine engine{waymark::open("sqlite:" + in.caught_up_log()), silent()};
  const auto begin = steady_clock::now();
  const auto projection = engine.start(table_projection(0));
  catch_up(engine, projection);
  sample result;
  result.value = std::chrono::duration<double, std::milli>{steady_clock::now() - begin}.count();
  result.peak_mib = peak_mib();
  return result;
}

row plain(std::string name, std::string unit, double at_most, sample (*measure)(setting&)) {
  return {std::move(name), std::move(unit), row::goal::at_most, at_most, [measure](setting& in) {
            return contest{[&in, measure] { return measure(in); }, {}};
          }};
}

} // namespace

std::vector<row> engine_rows() {
  return {plain("live, ack to visible, p99", "ms", 3, live),
          plain("memory above idle, catching up", "MiB", 64, memory),
          plain("idle engine, 50 projections", "% of a core", 0.5, idle),
          plain("start at the head of a long log", "ms", 100, start)};
}

} // namespace bench
