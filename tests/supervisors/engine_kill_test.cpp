// Each of the engine's actors goes down while events come in.
#include "actors/atoms.hpp"
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"

#include <thread>

using namespace waymark;
using namespace waymark::test;

namespace {

/// Long enough for any machine that is not overloaded, for which a test tries a few times.
constexpr auto soon = 2s;
constexpr int tries_to_be_quick = 4;

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

std::int64_t cents_in(const open_engine& test) {
  std::int64_t cents = 0;
  test.context->where.projections->read([&](read_model& db) {
    cents = db.query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM revenue");
  });
  return cents;
}

/// Whether new events are handled soon after `role` was killed, and another is up.
bool survives(open_engine& test, const std::string& role) {
  const auto victim = test.context->others->find(role);
  REQUIRE(victim);
  const auto before = test.context->where.events->head();
  kill(victim);
  const bool quick = eventually([&] { return test.shown().status.passed >= before + 20; }, soon);
  REQUIRE(test.passes(before + 20));
  REQUIRE(eventually([&] {
    const auto now = test.context->others->find(role);
    return now && now != victim;
  }));
  return quick;
}

} // namespace

TEST_CASE("whichever actor is killed under load, work goes on soon, nothing lost or done twice") {
  open_engine test;
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

TEST_CASE("an append whose wake-up was lost is done all the same") {
  open_engine test;
  test.start();
  position_t done = 0;
  bool quick = false;
  for (; done < tries_to_be_quick && !quick; ++done) {
    const auto id = "o-" + std::to_string(done);
    const auto slot =
        std::make_shared<append_slot>(std::vector<append_command>{order(id, "monday", 1)});
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(test.context->queue->push(slot)); // and nobody is told
    CHECK(slot->wait().front().state == append_result::status::appended);
    CHECK(test.passes(done + 1));
    quick = std::chrono::steady_clock::now() - began < soon;
  }
  CHECK(quick);
  CHECK(cents_in(test) == done);
}

TEST_CASE("a projection that crashes again and again stands as failed, and tries again by itself") {
  for (const bool in_group : {false, true}) {
    open_engine test{[&](engine_options& o) {
      o.failed_retry = 1s;
      if (in_group)
        o.supervisors = {{.name = "group",
                          .intensity = 1,
                          .backoff = at_once(),
                          .children = {"revenue", "another"}}};
    }};
    test.start();
    const auto kill_until_failed = [&] {
      return eventually([&] {
        if (const auto who = test.context->others->find(roles::projection({"revenue", 0})))
          kill(who);
        return test.shown().status.state == projection_state::failed;
      });
    };
    REQUIRE(kill_until_failed());
    const auto status = test.shown().status;
    CHECK(status.reason.find("failed more than ") != std::string::npos);
    CHECK(status.reason.find("last reason: ") != std::string::npos);
    CHECK(status.evidence.next_try_at);
    CHECK(test.append(order("o-1", "monday", 1)).state == append_result::status::appended);
    CHECK(test.passes(1)); // by itself
    REQUIRE(kill_until_failed());
    test.append(order("o-2", "monday", 1));
    test.actors->restart("revenue", {{"revenue", 0}}); // by hand
    CHECK(test.passes(2));
    CHECK(cents_in(test) == 2);
  }
}

TEST_CASE("two engines that both want a projection never take it from each other in turns") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 1s;
  engine first{file, options};
  first.start(shop::revenue());
  first.wait_until("revenue", place_orders(first, 1), patience);
  engine second{file, options};
  second.start(shop::revenue());
  const auto epoch = first.checkpoint("revenue")->epoch;
  position_t head = 0;
  const auto until = std::chrono::steady_clock::now() + 3s;
  for (int i = 0; std::chrono::steady_clock::now() < until; ++i) {
    head = place_orders(i % 2 ? first : second, 20, std::to_string(i) + "-").last_position;
    std::this_thread::sleep_for(10ms);
  }
  CHECK(second.wait_until("revenue", head, patience) == wait_result::reached);
  CHECK(first.checkpoint("revenue")->epoch == epoch);
  CHECK(cents_of(first) == head);
}
