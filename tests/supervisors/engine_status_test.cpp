#include "persistence/memory/memory_event_store.hpp"
#include "supervisors/engine_status.hpp"
#include "tests/catch.hpp"
#include "tests/testing/orders.hpp"

using namespace waymark;

namespace {

board_entry shard(int number, position_t passed, double events_per_second) {
  board_entry entry;
  entry.status.key = {"p", number};
  entry.status.passed = passed;
  entry.status.events_per_second = events_per_second;
  return entry;
}

} // namespace

TEST_CASE("the time to catch up comes from the lag and the speed of all shards") {
  memory_event_store log{clock::system()};
  append_command many;
  many.stream = {"Order", "o-1"};
  for (int i = 0; i < 100; ++i)
    many.events.push_back(typed_event(shop::order_placed{"monday", 1}));
  static_cast<void>(log.append({&many, 1}));
  using std::chrono::seconds;
  CHECK(lag_of({shard(0, 100, 0), shard(1, 100, 0)}, log).time_to_catch_up == seconds{0});
  CHECK(lag_of({shard(0, 100, 5), shard(1, 40, 15)}, log).time_to_catch_up == seconds{4});
  CHECK_FALSE(lag_of({shard(0, 40, 0)}, log).time_to_catch_up);
}
