// Each of an engine's actors goes down while events come in; on any store.
#pragma once

#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"

#include <thread>

namespace waymark::test {

/// Long enough for any machine that is not overloaded, for which a test tries a few times.
inline constexpr auto soon = 2s;
inline constexpr int tries_to_be_quick = 4;

/// Appends an order of one cent now and then, until it ends.
class trickle {
 public:
  explicit trickle(open_engine& into)
      : thread_{[this, &into] {
          for (int i = 0; !done_.load(); ++i) {
            static_cast<void>(into.append(order("o-" + std::to_string(i), "monday", 1)));
            std::this_thread::sleep_for(1ms);
          }
        }} {}
  ~trickle() {
    done_.store(true);
    thread_.join();
  }
  trickle(const trickle&) = delete;
  trickle& operator=(const trickle&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

inline std::int64_t cents_in(const open_engine& test) {
  std::int64_t cents = 0;
  test.context->where.projections->read([&](read_model& db) {
    cents = db.query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM revenue");
  });
  return cents;
}

/// Whether new events are handled soon after `role` was killed, and another is up. Two of them may
/// have been under way; more would measure the disk.
inline bool survives(open_engine& test, const std::string& role) {
  const auto victim = test.context->others->find(role);
  REQUIRE(victim);
  const auto before = test.context->where.events->head();
  kill(victim);
  const bool quick = eventually([&] { return test.shown().status.passed >= before + 3; }, soon);
  REQUIRE(test.passes(before + 20));
  REQUIRE(eventually([&] {
    const auto now = test.context->others->find(role);
    return now && now != victim;
  }));
  return quick;
}

/// Work goes on soon after each of them, with nothing lost or done twice.
inline void kill_each_actor(open_engine& test) {
  test.start();
  {
    const trickle load{test};
    REQUIRE(test.passes(1));
    for (const auto& role :
         {std::string{roles::coordinator}, std::string{roles::event_log},
          std::string{roles::append}, std::string{roles::checkpoint},
          std::string{roles::dead_letter}, std::string{roles::interrupts},
          std::string{roles::watchdog}, roles::session_pool(1), roles::session_pool(1) + ".1",
          roles::renewal(1), roles::projection({"revenue", 0})}) {
      INFO(role);
      bool quick = false;
      for (int i = 0; i < tries_to_be_quick && !quick; ++i)
        quick = survives(test, role);
      CHECK(quick);
    }
  }
  const auto head = test.context->where.events->head();
  REQUIRE(test.passes(head));
  CHECK(cents_in(test) == head);
  CHECK(test.actors->stop(patience));
}

} // namespace waymark::test
