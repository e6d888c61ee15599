#include "actors/job_meter.hpp"
#include "tests/catch.hpp"
#include "tests/eventually.hpp"
#include "tests/testing/orders.hpp"

#include <atomic>
#include <cstring>
#include <thread>

using namespace waymark;
using namespace std::chrono_literals;

namespace {

/// Where a thread rests that would hardly ever be met between two of its changes otherwise.
class resting_place {
 public:
  /// Until a whole round of the other thread has passed, or it ends the rest.
  void rest(const std::atomic<bool>& done) const {
    const auto last = rounds_.load() + 2;
    while (rounds_.load() < last && !done.load())
      std::this_thread::yield();
  }
  void begin_round() { ++rounds_; }
  void end() { rounds_ += 2; }

 private:
  std::atomic<int> rounds_{0};
};

} // namespace

TEST_CASE("the busiest handler is told by its share of the last seconds") {
  handler_times times;
  const handler_times::time_point start{1h};
  CHECK_FALSE(times.busiest(start));
  for (int i = 1; i <= 10; ++i) {
    times.add("OrderPlaced", 900ms, start + 1s * i);
    times.add("OrderPaid", 50ms, start + 1s * i);
  }
  const auto most = times.busiest(start + 10s);
  REQUIRE(most);
  CHECK(most->event_type == "OrderPlaced");
  CHECK(most->of_time > 0.85);
  CHECK(most->of_time < 0.95);
  CHECK_FALSE(times.busiest(start + 1min));
}

TEST_CASE("a job is seen in what it does") {
  const auto spec = shop::revenue().freeze();
  job_meter job{{"revenue", 0}, "pool", spec, std::make_shared<handler_times>()};
  const auto now = std::chrono::steady_clock::now();
  CHECK(to_work(job, now).at == work_at_hand::stage::waiting_for_session);
  job.enter_store();
  CHECK(to_work(job, now).at == work_at_hand::stage::in_store);
  event e;
  e.position = 7;
  e.event_id = uuid::v7();
  job.enter_handler(e, &spec->handlers.begin()->first, now);
  const auto seen = to_work(job, now + 3s);
  CHECK(seen.at == work_at_hand::stage::handling);
  CHECK(seen.position == 7);
  CHECK(seen.event_id == e.event_id);
  CHECK(seen.event_type == spec->handlers.begin()->first);
  CHECK(seen.lasts == 3s);
  job.enter_return();
  CHECK(job.look().at == job_meter::stage::returned);
}

TEST_CASE("only the run that was seen can be held, and be taken charge of once") {
  const auto spec = shop::revenue().freeze();
  job_meter job{{"revenue", 0}, "pool", spec, std::make_shared<handler_times>()};
  const auto* type = &spec->handlers.begin()->first;
  const auto now = std::chrono::steady_clock::now();
  event e;
  e.position = 1;
  job.enter_handler(e, type, now);
  const auto first = job.look();
  {
    const auto held = job.hold_in(first);
    CHECK(held);
    CHECK_FALSE(job.hold_in(first));
    CHECK(job.look().run == first.run);
  }
  CHECK(job.hold_in(first));
  CHECK(job.take_charge(first));
  CHECK_FALSE(job.take_charge(first));
  job.enter_handler(e, type, now); // the same event at the same time, once more
  CHECK_FALSE(job.hold_in(first));
  CHECK(job.take_charge(job.look()));
  const auto second = job.look();
  job.enter_store();
  CHECK_FALSE(job.hold_in(second));
}

TEST_CASE("a job that is held goes on when it is let go, and not before") {
  const auto spec = shop::revenue().freeze();
  job_meter job{{"revenue", 0}, "pool", spec, std::make_shared<handler_times>()};
  std::atomic<bool> done{false};
  event e;
  resting_place rests;
  std::thread worker{[&] {
    do {
      ++e.position;
      job.enter_handler(e, &spec->handlers.begin()->first, std::chrono::steady_clock::now());
      if (e.position % 1'000 == 0)
        rests.rest(done);
    } while (!done.load());
  }};
  int held = 0; // at so many events
  int gone_on = 0;
  position_t last = 0;
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while (held < 300 && std::chrono::steady_clock::now() < deadline) {
    rests.begin_round();
    const auto seen = job.look();
    if (seen.position == last)
      continue;
    if (const auto hold = job.hold_in(seen)) {
      ++held;
      last = seen.position;
      rests.end();
      for (int i = 0; i < 1'000; ++i)
        gone_on += job.look().position != last ? 1 : 0;
    }
  }
  done.store(true);
  worker.join();
  CHECK(held == 300);
  CHECK(gone_on == 0);
  CHECK(job.look().position == e.position);
}

TEST_CASE("a look at a job that works is of one event, and not of two") {
  const auto spec = shop::revenue().freeze();
  job_meter job{{"revenue", 0}, "pool", spec, std::make_shared<handler_times>()};
  std::atomic<bool> done{false};
  resting_place rests;
  std::thread worker{[&] {
    event e;
    do {
      ++e.position; // and each half of the id says the same
      std::memcpy(e.event_id.bytes.data(), &e.position, sizeof(e.position));
      std::memcpy(e.event_id.bytes.data() + sizeof(e.position), &e.position, sizeof(e.position));
      job.enter_handler(e, &spec->handlers.begin()->first,
                        job_meter::time_point{std::chrono::nanoseconds{e.position}});
      if (e.position % 1'000 == 0)
        rests.rest(done);
      job.enter_store();
    } while (!done.load());
  }};
  int looks = 0;
  int whole = 0;
  int torn = 0;
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while ((looks < 500'000 || whole < 1'000) && std::chrono::steady_clock::now() < deadline) {
    rests.begin_round();
    ++looks;
    const auto seen = job.look();
    if (seen.run == 0 || seen.at != job_meter::stage::handling)
      continue;
    position_t half[2];
    std::memcpy(half, seen.event_id.bytes.data(), sizeof(half));
    const auto since = seen.since.time_since_epoch() / std::chrono::nanoseconds{1};
    const bool same = half[0] == seen.position && half[1] == seen.position &&
                      since == seen.position && !seen.event_type.empty();
    ++(same ? whole : torn);
  }
  done.store(true);
  worker.join();
  CHECK(torn == 0);
  CHECK(whole >= 1'000);
}
