#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <stdexcept>

namespace bench {

namespace {

void check(const totals& found, std::int64_t events) {
  std::int64_t by_order = 0;
  std::int64_t by_type = 0;
  for (const auto& [id, order] : found.orders)
    by_order += order.events;
  for (const auto& [type, count] : found.types)
    by_type += count;
  if (by_order != events || by_type != events)
    throw std::runtime_error{"the state in memory is wrong"};
}

/// Events are decoded at most once, so each run has its own.
sample run_ours(std::int64_t events, std::int64_t streams, bool as_objects) {
  auto store = waymark::open("memory:");
  static_cast<void>(store.events->append(commands(0, events, streams, as_objects)));
  waymark::engine engine{std::move(store), silent()};
  trim_memory();
  const stopwatch time;
  const auto projection = engine.start(state_projection());
  catch_up(engine, projection);
  const auto result = time.per_second(events);
  engine.read<totals>(projection.name(), [&](const totals& state) { check(state, events); });
  return result;
}

/// The same texts, and a loop that parses each and calls what the handlers call.
sample run_floor(std::int64_t events, std::int64_t streams) {
  struct text_event {
    std::string type;
    std::string order;
    std::string text;
  };
  std::vector<text_event> log;
  for (std::int64_t n = 0; n < events; ++n)
    log.push_back({event_type(n), order_id(n, streams), json_text(n)});
  trim_memory();
  totals state;
  const stopwatch time;
  for (const auto& e : log)
    state.add(e.type, e.order, parse(e.text.data(), e.text.size()));
  const auto result = time.per_second(events);
  check(state, events);
  return result;
}

} // namespace

std::vector<row> memory_catch_up_rows() {
  const auto typed = [](setting& in) -> contest {
    return {[&in] { return run_ours(in.events(), in.streams(), true); }, {}};
  };
  const auto json = [](setting& in) -> contest {
    return {[&in] { return run_ours(in.events(), in.streams(), false); },
            [&in] { return run_floor(in.events(), in.streams()); }};
  };
  return {{"catch-up memory, typed", "events/s", row::goal::at_least, 1'000'000, typed},
          {"catch-up memory, JSON", "events/s", row::goal::at_least_of_floor, 0.7, json}};
}

} // namespace bench
