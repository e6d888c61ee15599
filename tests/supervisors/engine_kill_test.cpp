// Actors that go down, and messages that do not arrive.
#include "actors/atoms.hpp"
#include "tests/supervisors/killed_actors.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("whichever actor is killed under load, work goes on soon, nothing lost or done twice") {
  open_engine test;
  kill_each_actor(test);
}

TEST_CASE("the same, with everything in memory") {
  open_engine test{open("memory:")};
  kill_each_actor(test);
}

TEST_CASE("who saves positions and who collects letters is killed while there is much of both") {
  open_engine test;
  const auto handled = std::make_shared<std::atomic<int>>(0);
  test.spec = projection::at_least_once("revenue")
                  .on<shop::order_placed>([handled](const shop::order_placed&, const event& e) {
                    if (e.position % 10 == 0)
                      throw std::runtime_error{"every tenth"};
                    ++*handled;
                  })
                  .on_give_up(give_up::skip_event)
                  .retry({.attempts = 1})
                  .freeze();
  test.start();
  auto& records = *test.context->where.projections;
  position_t head = 0;
  {
    const trickle load{test};
    REQUIRE(test.passes(1));
    for (const auto* role : {roles::checkpoint, roles::dead_letter}) {
      INFO(role);
      bool quick = false;
      for (int i = 0; i < tries_to_be_quick && !quick; ++i)
        quick = survives(test, role);
      CHECK(quick);
    }
  }
  head = test.context->where.events->head();
  REQUIRE(test.passes(head));
  CHECK(test.actors->stop(patience));
  CHECK(records.load({"revenue", 0})->position == head);
  CHECK(records.letters({.limit = 100'000}).size() == static_cast<std::size_t>(head / 10));
  CHECK(*handled == head - head / 10); // their end repeats nothing
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
  REQUIRE(first.wait_until("revenue", place_orders(first, 1), patience) == wait_result::reached);
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
