#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include "actors/batch_run.hpp"

#include <algorithm>
#include <ctime>

#include <malloc.h>

namespace bench {

namespace {

using namespace waymark;

/// Not a key of any event in the log, but as long as one.
std::string parked_key(std::int64_t n) {
  return std::string{"Order\0", 6} + "stuck-" + std::to_string(n);
}

/// Parks one event of each of so many keys, each behind its letter.
void park(projection_store& in, const std::string& projection, const std::string& log_id,
          std::int64_t keys) {
  claim_request request;
  request.key = {projection, 0};
  request.key_rule = in.load(request.key).value().key_rule;
  request.log_id = log_id;
  request.owner = "waymark-bench";
  const auto claimed = in.claim({&request, 1}).at(0);
  if (claimed.state != claim_result::status::granted)
    throw error{claimed.detail};
  const ownership owner{request.key, claimed.record.epoch};
  const auto unit = in.begin(owner);
  for (std::int64_t n = 1; n <= keys; ++n) {
    dead_letter letter;
    letter.position = n;
    letter.sequence_key = parked_key(n);
    letter.attempts.emplace_back();
    unit->add_letter(letter);
    unit->park(letter.sequence_key, n);
  }
  if (unit->commit({}) != commit_status::committed)
    throw error{"could not park"};
  in.release({&owner, 1});
}

/// Without what the claim takes, which reads the keys once.
sample run(const std::string& file, std::int64_t events) {
  engine engine{open("sqlite:" + file), silent()};
  const auto projection = engine.start(table_projection(0));
  static_cast<void>(projection.wait_until(events / 20, std::chrono::minutes{1}));
  const auto from = projection.status().passed;
  const stopwatch time;
  catch_up(engine, projection);
  return time.per_second(events - from);
}

contest look_ups(setting& in, std::int64_t keys) {
  const auto template_name = "parked-" + std::to_string(keys);
  const auto with_parked = in.copy_of_log(in.events(), template_name);
  {
    const auto store = open("sqlite:" + with_parked);
    park(*store.projections, tables{0}.name, store.events->log_id(), keys);
  }
  return {[&in, with_parked] { return run(in.copy_of(with_parked, "catch-up"), in.events()); },
          [&in] { return run(in.copy_of_log(in.events(), "catch-up"), in.events()); }};
}

sample memory_of_keys(std::int64_t keys) {
  const auto before = mallinfo2().uordblks;
  parked_set set;
  for (std::int64_t n = 1; n <= keys; ++n)
    set.set(parked_key(n), 1);
  sample result;
  result.value = static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(keys);
  return result;
}

page page_of(std::int64_t events, std::int64_t streams) {
  page result;
  for (std::int64_t n = 0; n < events; ++n) {
    event e;
    e.position = n + 1;
    e.event_type = event_type(n);
    e.aggregate_type = "Order";
    e.aggregate_id = order_id(n, streams);
    result.events.push_back(std::move(e));
  }
  result.scanned_to = events;
  return result;
}

/// CPU time of this thread, which others on the machine disturb least.
double thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// What choosing the events of a batch takes longer because keys are parked, in the median batch.
sample look_up_time(std::int64_t keys, std::int64_t events, std::int64_t streams) {
  const auto log = page_of(events, streams);
  const auto parked = std::make_shared<parked_set>();
  for (std::int64_t n = 1; n <= keys; ++n)
    parked->set(parked_key(n), 1);
  apply_request request;
  request.spec = table_projection(0).freeze();
  request.max_events = 500;
  std::vector<double> longer;
  for (; request.passed < events; request.passed += 500) {
    double took[2];
    for (const int turn : {0, 1}) {
      const auto with = (request.passed / 500 + turn) % 2; // who is second finds the events cached
      request.parked = with == 1 ? parked : nullptr;
      const auto began = thread_ns();
      const batch_run run{request, log};
      took[with] = (thread_ns() - began) / static_cast<double>(run.size());
    }
    longer.push_back(took[1] - took[0]);
  }
  const auto median = longer.begin() + static_cast<std::ptrdiff_t>(longer.size() / 2);
  std::nth_element(longer.begin(), median, longer.end());
  sample result;
  result.value = *median;
  return result;
}

} // namespace

std::vector<row> parked_rows() {
  const auto look_up_row = [](const char* name, std::int64_t share) {
    return row{name, "events/s", row::goal::at_least_of_floor, 0.98, [share](setting& in) {
                 return look_ups(in, share == 0 ? 1 : in.events() / share);
               }};
  };
  return {look_up_row("catch-up SQLite, 1 parked key, of none", 0),
          look_up_row("catch-up SQLite, 100,000 parked keys, of none", 1),
          {"look-up of a key among 100,000 parked", "ns/event", row::goal::at_most, 100,
           [](setting& in) {
             return contest{
                 [&in] { return look_up_time(in.events(), in.events(), in.streams()); }, {}};
           }},
          {"memory of 100,000 parked keys", "bytes a key", row::goal::at_most, 128,
           [](setting& in) {
             return contest{[&in] { return memory_of_keys(in.events()); }, {}};
           }}};
}

} // namespace bench
