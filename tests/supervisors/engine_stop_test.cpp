#include "tests/catch.hpp"

#include "persistence/fault_point.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <thread>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("an engine ends by its deadline, whatever a handler does") {
  engine_fixture test;
  const auto held = std::make_shared<turnstile>();
  const auto began = std::chrono::steady_clock::now();
  {
    auto options = test.options();
    options.drain_deadline = 300ms;
    engine it{test.open_file(), options};
    it.start(shop::revenue_tables().on<shop::order_placed>(
        [held](read_model&, const shop::order_placed&) { held->pass(); }));
    place_orders(it, 1);
    REQUIRE(held->wait_for_somebody());
  }
  CHECK(std::chrono::steady_clock::now() - began < patience);
  CHECK(test.lines.count("left behind") == 1);
  held->open();
}

TEST_CASE("what a supervisor has left behind does not hold up the end either") {
  engine_fixture test;
  const auto held = std::make_shared<turnstile>();
  {
    auto options = test.options();
    options.drain_deadline = 1s;
    options.supervisors = {{.name = "impatient", .shutdown = 20ms, .children = {"revenue"}}};
    engine it{test.open_file(), options};
    it.start(shop::revenue_tables().on<shop::order_placed>(
        [held](read_model&, const shop::order_placed&) { held->pass(); }));
    place_orders(it, 1);
    REQUIRE(held->wait_for_somebody());
    CHECK_FALSE(it.stop());
    CHECK_FALSE(it.stop());
  }
  held->open();
}

TEST_CASE("a stop answers all who wait in an append") {
  engine_fixture test;
  const auto held = std::make_shared<turnstile>();
  auto options = test.options();
  options.drain_deadline = 200ms;
  engine it{test.open_file(), options};
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  place_orders(it, 1);
  REQUIRE(held->wait_for_somebody()); // and the file's only writer is taken
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&it, &answered, i] {
      try {
        it.append(order("late-" + std::to_string(i), "monday", 1));
      } catch (const store_error&) {
        ++answered;
      }
    });
  CHECK_FALSE(it.stop());
  for (auto& caller : callers)
    caller.join();
  CHECK(answered == 4);
  CHECK_THROWS_AS(place_orders(it, 1), store_error);
  held->open();
}

TEST_CASE("a stopped engine says so") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue());
  place_orders(it, 3);
  CHECK(it.stop());
  CHECK(it.stop());
  CHECK_THROWS_AS(it.start(shop::revenue_in_memory()), usage_error);
  CHECK_THROWS_AS(it.stop("revenue"), usage_error);
  CHECK_THROWS_AS(place_orders(it, 1), store_error);
}

TEST_CASE("a stopped engine empties nothing, and pauses nothing") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 3), patience) == wait_result::reached);
  REQUIRE(it.stop());
  CHECK_THROWS_AS(it.reset("revenue"), usage_error);
  CHECK_THROWS_AS(it.pause("revenue"), usage_error);
  CHECK_THROWS_AS(it.resume("revenue"), usage_error);
  CHECK(cents_of(it) == 3);
  CHECK(it.checkpoint("revenue")->position == 3);
}

TEST_CASE("an engine may be made, used and ended by threads that live on") {
  engine_fixture test;
  auto it = std::make_unique<engine>(open("memory:"), test.options());
  turnstile used;
  std::thread user{[&] {
    it->start(shop::revenue());
    used.pass();
  }};
  REQUIRE(used.wait_for_somebody());
  REQUIRE(it->wait_until("revenue", place_orders(*it, 3), patience) == wait_result::reached);
  std::atomic<bool> ended{false};
  std::thread ender{[&] {
    it.reset();
    ended.store(true);
  }};
  CHECK(eventually([&] { return ended.load(); }));
  used.open();
  user.join();
  ender.join();
}

TEST_CASE("engine calls and a stop may come at the same time") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue());
  std::atomic<bool> done{false};
  std::atomic<int> rounds{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      while (!done.load()) {
        try {
          place_orders(it, 2);
          it.pause("revenue");
          it.resume("revenue");
          it.reset("revenue");
          ++rounds;
        } catch (const error&) {
          ++refused;
        }
      }
    });
  const bool called = eventually([&] { return rounds > 10; });
  const bool drained = it.stop();
  const bool stopped = eventually([&, before = refused.load()] { return refused >= before + 3; });
  done.store(true);
  for (auto& caller : callers)
    caller.join();
  CHECK(called);
  CHECK(drained);
  CHECK(stopped);
}

TEST_CASE("a projection that was stopped can be started again and goes on") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  it.stop("revenue");
  CHECK(it.names().empty());
  CHECK_THROWS_AS(it.status("revenue"), usage_error);
  const auto token = place_orders(it, 5, "more-");
  it.start(shop::revenue());
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 10);
}

TEST_CASE("an engine that stops lets another go on at once") {
  engine_fixture test;
  const auto file = test.open_file();
  {
    engine first{file, test.options()};
    first.start(shop::revenue());
    REQUIRE(first.wait_until("revenue", place_orders(first, 5), patience) == wait_result::reached);
  }
  engine second{file, test.options()};
  second.start(shop::revenue());
  CHECK(second.wait_until("revenue", place_orders(second, 5, "p-"), patience) ==
        wait_result::reached);
  CHECK(cents_of(second) == 10);
  CHECK(test.lines.count("standby") == 0);
}

TEST_CASE("an engine that stops releases the claim of a projection whose actor is down") {
  engine_fixture test;
  auto options = test.options();
  const bool given_up = GENERATE(true, false);
  supervision group{.name = "group",
                    .intensity = given_up ? 1 : 50,
                    .at_limit = on_intensity::fail_child,
                    .backoff = given_up ? at_once() : backoff_policy{1h, 1h}};
  group.children.emplace_back("revenue");
  options.supervisors.push_back(group);
  const auto file = test.open_file();
  engine first{file, options};
  first.start(shop::revenue_tables()
                  .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
                    throw std::runtime_error{"bad"};
                  })
                  .retry({.attempts = 2, .retry_if = [](const std::string&) -> bool {
                            throw std::runtime_error{"a bug in retry_if"};
                          }}));
  place_orders(first, 1);
  const auto expected = given_up ? projection_state::failed : projection_state::backing_off;
  REQUIRE(eventually([&] { return first.status("revenue").state == expected; }));
  CHECK(first.checkpoint("revenue")->owner);
  CHECK(first.stop());
  CHECK_FALSE(first.checkpoint("revenue")->owner);
}

TEST_CASE("an engine of many projections releases them together when it stops") {
  static std::atomic<int> releases{0};
  engine_fixture test;
  const auto held = std::make_shared<turnstile>();
  const auto file = test.open_file();
  auto options = test.options();
  options.drain_deadline = patience;
  engine it{file, options};
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  std::vector<std::string> others;
  for (int i = 0; i < 30; ++i) {
    others.push_back("idle-" + std::to_string(i));
    it.start(projection{others.back()}.on<shop::order_cancelled>(
        [](read_model&, const shop::order_cancelled&) {}));
  }
  const auto all_are = [&](projection_state state) {
    return eventually([&] {
      return std::all_of(others.begin(), others.end(),
                         [&](const auto& name) { return it.status(name).state == state; });
    });
  };
  REQUIRE(all_are(projection_state::running));
  place_orders(it, 1);
  REQUIRE(held->wait_for_somebody()); // and the file's only session is taken
  fault_hook = [](const char* place) {
    if (std::string_view{place} == "release.before_commit")
      ++releases;
  };
  bool well = false;
  std::thread stopping{[&] { well = it.stop(); }};
  CHECK(all_are(projection_state::draining));
  held->open();
  stopping.join();
  fault_hook = nullptr;
  CHECK(well);
  CHECK(releases <= 4); // of 31: together, and the renewal may find what others are about to
  for (const auto& record : file.projections->load_all())
    CHECK_FALSE(record.owner.has_value());
}

namespace {

std::atomic<int> failing_releases{0};

/// Stops an engine whose store fails at the next `failures` releases. @returns who is still owner.
std::size_t owners_left(engine_fixture& test, int failures) {
  const auto file = test.open_file();
  {
    engine it{file, test.options()};
    it.start(shop::revenue());
    it.start(projection{"idle"}.on<shop::order_cancelled>(
        [](read_model&, const shop::order_cancelled&) {}));
    REQUIRE(it.wait_until("revenue", place_orders(it, 3), patience) == wait_result::reached);
    failing_releases = failures;
    fault_hook = [](const char* place) {
      if (std::string_view{place} == "release.before_commit" && failing_releases-- > 0)
        throw store_error{"the store is away for a moment"};
    };
    CHECK(it.stop());
    fault_hook = nullptr;
  }
  const auto rows = file.projections->load_all();
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.owner; }));
}

} // namespace

TEST_CASE("a release that fails when an engine stops is tried again") {
  engine_fixture test;
  CHECK(owners_left(test, 3) == 0);
  CHECK(test.lines.count("could not be released") == 0);
}

TEST_CASE("a release that goes on failing does not hold up the end, and is told") {
  engine_fixture test;
  CHECK(owners_left(test, 1'000'000) == 2);
  CHECK(test.lines.count("its claim could not be released: the store is away for a moment; others "
                         "wait until it expires") == 2);
}

namespace {

std::atomic<int> held_claims{0};
std::atomic<bool> let_claims_go{false};

} // namespace

TEST_CASE("a stop does not wait for a claim that hangs") {
  held_claims = 0;
  let_claims_go = false;
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {supervision{.name = "g", .shutdown = 50ms, .children = {"a", "b"}}};
  engine it{test.open_file(), options};
  const auto made = [](const char* name) {
    return projection{name}
        .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
        .freeze();
  };
  fault_hook = [](const char* place) {
    if (std::string_view{place} != "claim.before_commit")
      return;
    ++held_claims;
    while (!let_claims_go)
      std::this_thread::sleep_for(1ms);
  };
  it.start({made("a"), made("b")});
  REQUIRE(eventually([] { return held_claims > 0; }));
  std::atomic<bool> stopped{false};
  std::thread stopping{[&] {
    it.stop("a");
    stopped = true;
  }};
  CHECK(eventually([&] { return stopped.load(); }));
  let_claims_go = true;
  stopping.join();
  fault_hook = nullptr;
  CHECK(eventually([&] { return it.status("b").state == projection_state::running; }));
}

TEST_CASE("inside a handler, what would wait for it is refused") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  std::atomic<int> refused{0};
  const auto refuses = [&refused](const std::function<void()>& call) {
    try {
      call();
    } catch (const usage_error&) {
      ++refused;
    }
  };
  it.start(shop::revenue_in_memory());
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [&](read_model& db, const shop::order_placed& e) {
        refuses([&] { place_orders(it, 1); });
        refuses([&] { static_cast<void>(it.wait_until("revenue", position_t{1}, 1ms)); });
        refuses([&] { it.start(projection::in_memory<shop::days>("another")); });
        refuses([&] { it.stop(); });
        refuses([&] { it.stop("revenue"); });
        refuses([&] { it.reset("revenue"); });
        refuses([&] { it.rebuild("revenue"); });
        refuses([&] { it.read<shop::days>("revenue-in-memory", [](const shop::days&) {}); });
        it.pause("revenue"); // does not wait for the batch
        it.resume("revenue");
        static_cast<void>(it.explain("revenue"));
        static_cast<void>(it.lag("revenue"));
        static_cast<void>(it.checkpoint("revenue"));
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  CHECK(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  CHECK(refused == 8);
  CHECK(cents_of(it) == 1);
}
