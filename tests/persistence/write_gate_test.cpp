#include "tests/catch.hpp"

#include "persistence/sqlite/write_gate.hpp"

#include <waymark/messages/error.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace waymark::sqlite {

namespace {

using who = write_gate::who;

/// Threads that come to a closed gate one after the other, and the order in which they got in.
class queue_at {
 public:
  explicit queue_at(write_gate& gate) : gate_{gate} { gate_.enter(who::unit_of_work); }

  void come(who as, char name) {
    const auto before = gate_.waiting();
    threads_.emplace_back([this, as, name] {
      gate_.enter(as);
      order_ += name;
      gate_.leave();
    });
    while (gate_.waiting() == before)
      std::this_thread::yield();
  }

  std::string open() {
    gate_.leave();
    for (auto& t : threads_)
      t.join();
    return order_;
  }

 private:
  write_gate& gate_;
  std::string order_; ///< Guarded by the gate.
  std::vector<std::thread> threads_;
};

} // namespace

TEST_CASE("units of work have their turn in the order they came") {
  write_gate gate;
  queue_at queue{gate};
  for (const char name : {'a', 'b', 'c', 'd'})
    queue.come(who::unit_of_work, name);
  CHECK(queue.open() == "abcd");
}

TEST_CASE("waiting appends go first, but a unit has its turn after two of them") {
  write_gate gate;
  queue_at queue{gate};
  queue.come(who::unit_of_work, 'a');
  queue.come(who::unit_of_work, 'b');
  for (const char name : {'1', '2', '3', '4', '5'})
    queue.come(who::append, name);
  CHECK(queue.open() == "12a34b5");
}

TEST_CASE("a flood of appends that never ends does not starve a unit of work") {
  write_gate gate;
  std::atomic<bool> stop{false};
  std::atomic<int> appends{0};
  std::vector<std::thread> flood;
  for (int t = 0; t < 4; ++t)
    flood.emplace_back([&] {
      while (!stop) {
        gate.enter(who::append);
        ++appends;
        gate.leave();
      }
    });
  while (appends == 0)
    std::this_thread::yield();
  for (int i = 0; i < 50; ++i) { // ends, or the test runs out of time
    gate.enter(who::unit_of_work);
    gate.leave();
  }
  stop = true;
  for (auto& t : flood)
    t.join();
  CHECK(gate.waiting() == 0);
}

TEST_CASE("who comes first goes before all others, or gives up") {
  write_gate gate;
  gate.enter(who::unit_of_work);
  std::thread{[&] { CHECK_FALSE(gate.enter_first(std::chrono::milliseconds{1})); }}.join();
  CHECK(gate.waiting() == 0);
  std::string order;
  std::vector<std::thread> threads;
  const auto come = [&](auto enter, char name) {
    const auto before = gate.waiting();
    threads.emplace_back([&order, &gate, enter, name] {
      enter();
      order += name;
      gate.leave();
    });
    while (gate.waiting() == before)
      std::this_thread::yield();
  };
  come([&] { gate.enter(who::unit_of_work); }, 'u');
  come([&] { gate.enter(who::append); }, 'a');
  come([&] { CHECK(gate.enter_first(std::chrono::minutes{1})); }, 'f');
  gate.leave();
  for (auto& t : threads)
    t.join();
  CHECK(order == "fau");
  CHECK(gate.enter_first(std::chrono::milliseconds{0}));
  gate.leave();
}

TEST_CASE("a thread that would wait for itself is told so") {
  write_gate gate;
  gate.enter(who::unit_of_work);
  CHECK(gate.held_by_this_thread());
  CHECK_THROWS_AS(gate.enter(who::append), usage_error);
  CHECK_FALSE(gate.try_enter());
  bool other = true;
  std::thread{[&] { other = gate.held_by_this_thread(); }}.join();
  CHECK_FALSE(other);
  gate.leave();
  CHECK(gate.try_enter());
  gate.leave();
  gate.enter(who::append);
  gate.leave();
}

} // namespace waymark::sqlite
