#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include "actors/apply.hpp"

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
    set.emplace(parked_key(n), 1);
  sample result;
  result.value = static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(keys);
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
          {"memory of 100,000 parked keys", "bytes a key", row::goal::at_most, 128,
           [](setting& in) {
             return contest{[&in] { return memory_of_keys(in.events()); }, {}};
           }}};
}

} // namespace bench
