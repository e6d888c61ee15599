#include "tests/catch.hpp"
#include "tests/simulation/forwarding_store.hpp"
#include "persistence/fault_point.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <map>
#include <thread>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("a reset in mid-batch leaves every event with one effect") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue().batch({.max_events = 7}));
  const auto token = place_orders(it, 500);
  for (int i = 0; i < 10; ++i)
    it.reset("revenue");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 500);
  CHECK(it.checkpoint("revenue")->generation == 10);
}

TEST_CASE("a position that was saved before a reset is not taken for one after it") {
  engine_fixture test;
  const auto ill = std::make_shared<std::atomic<bool>>(false);
  engine it{test.open_file(), test.options()};
  it.start(projection::at_least_once("mailer")
               .on<shop::order_placed>([ill](const shop::order_placed&) {
                 if (ill->load())
                   throw std::runtime_error{"no"};
               })
               .retry({.attempts = 1})
               .on_give_up(give_up::skip_event));
  const auto token = place_orders(it, 3);
  REQUIRE(it.wait_until("mailer", token, patience) == wait_result::reached);
  REQUIRE(eventually([&] { return it.checkpoint("mailer")->position == 3; }));
  ill->store(true);
  it.reset("mailer"); // now the first thing that is committed is a letter
  CHECK(eventually([&] { return it.dead_letters().size() == 3; }));
}

TEST_CASE("what a reset empties is not taken for reached") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  const auto token = place_orders(it, 50);
  REQUIRE(it.wait_until("revenue", token, patience) == wait_result::reached);
  for (int i = 0; i < 20; ++i) {
    it.reset("revenue");
    REQUIRE(it.wait_until("revenue", token, patience) == wait_result::reached);
    REQUIRE(cents_of(it) == 50);
  }
}

TEST_CASE("a rebuild that finds its actor down waits for the new one's work") {
  engine_fixture test;
  auto options = test.options();
  options.store_backoff = {5s, 5s, 2.0, 0.0}; // it stays down until it is restarted by name
  const auto ill = std::make_shared<std::atomic<bool>>(false);
  engine it{test.open_file(), options};
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [ill](read_model& db, const shop::order_placed& e) {
        if (ill->load())
          throw store_error{"the database is away"};
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  REQUIRE(it.wait_until("revenue", place_orders(it, 30), patience) == wait_result::reached);
  ill->store(true);
  place_orders(it, 30, "p-");
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::degraded; }));
  CHECK(it.explain("revenue").find("the database is away") != std::string::npos);
  ill->store(false);
  std::vector<rebuild_progress> seen;
  it.rebuild("revenue", {.by = "anna", .why = "stocktaking"},
             {.report = [&](const rebuild_progress& p) { seen.push_back(p); },
              .timeout = patience});
  CHECK(cents_of(it) == 60);
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().done);
  CHECK(seen.back().handled == 60);
  CHECK(test.lines.count("reset revenue: begins anew: reset by anna: stocktaking") == 1);
  CHECK(test.lines.count("rebuild revenue: starts, up to position 60: asked for by anna: "
                         "stocktaking") == 1);
  CHECK(test.lines.count("rebuild revenue: is complete at position 60") == 1);
}

namespace {

/// Goes away for a moment behind each reset.
class away_after_reset final : public sim::forwarding_store {
 public:
  using forwarding_store::forwarding_store;
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    forwarding_store::reset(as, truncate);
    away_.store(true);
  }
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override {
    if (away_.exchange(false))
      throw store_error{"the database is away"};
    return forwarding_store::load(key);
  }

 private:
  std::atomic<bool> away_{false};
};

} // namespace

TEST_CASE("a reset whose store goes away behind it holds nothing up") {
  engine_fixture test;
  auto where = test.open_file();
  where.projections = std::make_shared<away_after_reset>(where.projections);
  engine it{where, test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  CHECK_NOTHROW(it.reset("revenue"));
  CHECK(test.lines.count("reset revenue: begins anew: reset by an operator") == 1);
  place_orders(it, 5, "p-");
  CHECK(eventually([&] { return cents_of(it) == 10; }));
}

TEST_CASE("a rebuild that comes to a stand says so, and goes on once that is mended") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  const auto poisonous = poison();
  poisonous->store(false);
  it.start(delicate_revenue(poisonous).on_give_up(give_up::stop));
  const auto token = it.append(order("a", "poison", 1));
  REQUIRE(it.wait_until("revenue", token, patience) == wait_result::reached);
  poisonous->store(true);
  CHECK_THROWS_AS(it.rebuild("revenue"), projection_stands);
  CHECK(it.status("revenue").state == projection_state::stopped);
  poisonous->store(false);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 1);
}

TEST_CASE("a paused projection stands still, over restarts of its actor too, until it is resumed") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  it.pause("revenue", {.why = "for a test"});
  CHECK(it.status("revenue").state == projection_state::paused);
  CHECK(it.explain("revenue").find("for a test") != std::string::npos);
  const auto token = place_orders(it, 5, "p-");
  CHECK_THROWS_AS(it.wait_until("revenue", token, 50ms), timeout_error);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  it.pause("revenue");
  it.reset("revenue", {.by = "ben", .why = "a new day"}); // also ends the pause
  CHECK(test.lines.count("warning reset revenue: begins anew: reset by ben: a new day") == 1);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 10);
}

TEST_CASE("a projection that failed goes on when it is resumed with its table back") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  auto broken = std::make_shared<std::atomic<bool>>(true);
  it.start(shop::revenue_tables().on<shop::order_placed>(
      [broken](read_model& db, const shop::order_placed& e) {
        db.execute(broken->load() ? "INSERT INTO nowhere VALUES ($1, $2)" : shop::add_to_day, e.day,
                   e.cents);
      }));
  const auto token = place_orders(it, 3);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::stopped);
  CHECK(it.status("revenue").state == projection_state::failed);
  CHECK(it.explain("revenue").find("nowhere") != std::string::npos);
  CHECK(it.dead_letters().empty());
  broken->store(false);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 3);
}

TEST_CASE(
    "a projection that its supervisor gave up is resumed, also from a group that was given up") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "brittle",
                          .strategy = restart_strategy::one_for_all,
                          .intensity = 1,
                          .backoff = at_once(),
                          .children = {"revenue", "revenue-in-memory"}}};
  engine it{test.open_file(), options};
  auto poisonous = poison();
  auto policy = tries(5);
  policy.retry_if = [poisonous](const std::string&) -> bool {
    if (poisonous->load())
      throw std::runtime_error{"no opinion"}; // in the actor itself
    return true;
  };
  it.start(delicate_revenue(poisonous).retry(policy));
  it.start(shop::revenue_in_memory());
  const auto token = it.append(order("a", "poison", 1));
  REQUIRE(eventually([&] { return test.lines.count("escalated brittle") > 1; }));
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::failed; }));
  REQUIRE(eventually([&] { return test.lines.count("failed brittle") == 1; }));
  poisonous->store(false);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
}

TEST_CASE("a higher version rebuilds, with other shards too, and a lower one never claims") {
  engine_fixture test;
  const auto made = [](int version, int shards) {
    return shop::revenue().version(version).shards(shards).on_new_version(new_version::rebuild);
  };
  const auto file = test.open_file();
  position_t head = 0;
  const std::map<int, int> history{{1, 1}, {2, 4}, {3, 2}, {4, 1}};
  for (const auto& [version, shards] : history) {
    engine it{file, test.options()};
    it.start(made(version, shards));
    head = place_orders(it, 40, "v" + std::to_string(version) + "-").last_position;
    REQUIRE(it.wait_until("revenue", head, patience) == wait_result::reached);
    CHECK(cents_of(it) == head);
    CHECK(it.checkpoint("revenue")->projection_version == version);
  }
  engine it{file, test.options()};
  it.start(made(3, 2));
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::failed; }));
  CHECK(it.explain("revenue").find("newer program") != std::string::npos);
}

TEST_CASE("other shards than those stored are refused until a reset") {
  engine_fixture test;
  const auto file = test.open_file();
  {
    engine it{file, test.options()};
    it.start(shop::revenue().shards(3));
    REQUIRE(it.wait_until("revenue", place_orders(it, 30), patience) == wait_result::reached);
  }
  engine it{file, test.options()};
  it.start(shop::revenue().shards(2));
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::failed; }));
  it.reset("revenue");
  CHECK(it.wait_until("revenue", 30, patience) == wait_result::reached);
  CHECK(cents_of(it) == 30);
}

TEST_CASE("commands reach all shards, and each event has one effect") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue().shards(4));
  std::atomic<bool> done{false};
  std::thread operators{[&] {
    while (!done.load()) {
      it.pause("revenue");
      it.resume("revenue");
      it.reset("revenue");
    }
  }};
  position_t head = 0;
  for (int i = 0; i < 10; ++i)
    head = place_orders(it, 50, std::to_string(i) + "-").last_position;
  done.store(true);
  operators.join();
  CHECK(it.wait_until("revenue", head, patience) == wait_result::reached);
  CHECK(cents_of(it) == 500);
}

TEST_CASE("a state in memory is replayed after a reset and counts every event once") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue_in_memory());
  const auto token = place_orders(it, 300);
  REQUIRE(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  it.reset("revenue-in-memory");
  CHECK(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  const auto sum = it.read<shop::days>("revenue-in-memory",
                                       [](const shop::days& days) { return days.at("monday"); });
  CHECK(sum == 300);
}

TEST_CASE("a projection that a reset holds says so, and another pause does not") {
  static turnstile gate;
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  it.pause("revenue");
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::paused; }));
  CHECK_FALSE(it.status("revenue").evidence.held);
  fault_hook = [](const char* place) {
    if (std::string_view{place} == "reset.before_commit")
      gate.pass();
  };
  std::thread operators{[&] { it.reset("revenue"); }};
  const bool stands = gate.wait_for_somebody();
  const auto seen = it.status("revenue");
  gate.open();
  operators.join();
  fault_hook = nullptr;
  CHECK(stands);
  CHECK(seen.state == projection_state::paused);
  CHECK(seen.evidence.held);
  CHECK(eventually([&] { return !it.status("revenue").evidence.held; }));
}

TEST_CASE("a reset that fails changes nothing, and the projection goes on") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(projection{"revenue"}
               .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT)")
               .truncate("DELETE FROM nowhere")
               .on<shop::order_placed>([](read_model& db, const shop::order_placed& e) {
                 db.execute(shop::add_to_day, e.day, e.cents);
               }));
  REQUIRE(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  const auto generation = it.checkpoint("revenue")->generation;
  CHECK_THROWS_WITH(it.reset("revenue"), Catch::Matchers::ContainsSubstring("nowhere"));
  CHECK(it.checkpoint("revenue")->generation == generation);
  CHECK(it.wait_until("revenue", place_orders(it, 10, "p-"), patience) == wait_result::reached);
  CHECK(cents_of(it) == 20);
}

TEST_CASE("what nobody says how to empty is not reset, which would count everything twice") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(projection{"revenue"}
               .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT)")
               .on<shop::order_placed>([](read_model& db, const shop::order_placed& e) {
                 db.execute(shop::add_to_day, e.day, e.cents);
               }));
  REQUIRE(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  CHECK_THROWS_AS(it.reset("revenue"), usage_error);
  CHECK_THROWS_WITH(it.rebuild("revenue"), Catch::Matchers::ContainsSubstring("add .truncate"));
  CHECK(it.checkpoint("revenue")->generation == 0);
  CHECK(cents_of(it) == 10);
}

TEST_CASE("a rebuild logs its progress, at most once a second") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 900), patience) == wait_result::reached);
  it.rebuild("revenue");
  CHECK(test.lines.count("events processed, position") == 0);
  REQUIRE(it.wait_until("revenue", place_orders(it, 4'000, "p-"), patience) ==
          wait_result::reached);
  const auto begin = std::chrono::steady_clock::now();
  it.rebuild("revenue");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto lines = test.lines.count("events processed, position");
  CHECK(lines >= 1);
  CHECK(static_cast<double>(lines) <= took.count() + 1);
  CHECK(test.lines.count("rebuild revenue: is complete at position 4900") == 1);
}
