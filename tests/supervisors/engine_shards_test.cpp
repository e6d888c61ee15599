#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/messages/hash.hpp>

using namespace waymark;
using namespace waymark::test;

namespace {

/// An id of the shard that `id` is not of, of two.
std::string other_shard_than(const std::string& id) {
  const auto shard = [](const std::string& of) {
    return fnv1a(std::string{"Order"} + '\0' + of) % 2;
  };
  for (int i = 0;; ++i)
    if (auto found = "o-" + std::to_string(i); shard(found) != shard(id))
      return found;
}

} // namespace

TEST_CASE("a wait for an append looks at the shards of its events, one for a position at all") {
  engine_fixture test;
  const auto poisonous = poison();
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poisonous).shards(2).on_give_up(give_up::stop));
  const auto bad = it.append(order("a", "poison", 1));
  const auto good = it.append(order(other_shard_than("a"), "monday", 1));
  CHECK(it.wait_until("revenue", bad, patience) == wait_result::stopped);
  CHECK(it.wait_until("revenue", good, patience) == wait_result::reached);
  CHECK(it.wait_until("revenue", good.last_position, patience) == wait_result::stopped);
  CHECK(it.wait_until_caught_up("revenue", patience) == wait_result::stopped);
  poisonous->store(false);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", good.last_position, patience) == wait_result::reached);
}

TEST_CASE("of shards that are stopped, a discard passes the one event that is named") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()).shards(2).on_give_up(give_up::stop));
  const auto says = [](const char* text) { return Catch::Matchers::ContainsSubstring(text); };
  CHECK_THROWS_WITH(it.discard_event("revenue"), says("it is not stopped before an event"));
  const auto first = it.append(order("a", "poison", 1));
  const auto second = it.append(order(other_shard_than("a"), "poison", 1));
  REQUIRE(it.wait_until("revenue", first, patience) == wait_result::stopped);
  REQUIRE(it.wait_until("revenue", second, patience) == wait_result::stopped);
  CHECK_THROWS_WITH(it.discard_event("revenue"),
                    says("2 of its shards are stopped, each before an event of its own"));
  CHECK_THROWS_WITH(it.discard_event("revenue", 77), says("the event at position 77"));
  it.discard_event("revenue", second.last_position, {.by = "anna"});
  CHECK(it.wait_until("revenue", second, patience) == wait_result::parked);
  CHECK(it.wait_until("revenue", first, patience) == wait_result::stopped);
  const auto letters = it.dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == second.last_position);
  CHECK(letters[0].error == "can't stand poison; discarded by anna");
  it.discard_event("revenue"); // the only one now
  CHECK(eventually([&] { return it.dead_letters().size() == 2; }));
}

TEST_CASE("what is parked under an empty key is found in the shard of that key") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(delicate_revenue(poison()).shards(2).sequence_by("none", [](const event&) {
    return std::string{}; // whose shard is the second
  }));
  const auto bad = it.append(order("a", "poison", 1));
  const auto behind = it.append(order("b", "monday", 1));
  CHECK(it.wait_until("revenue", bad, patience) == wait_result::parked);
  CHECK(it.wait_until("revenue", behind, patience) == wait_result::parked);
}

TEST_CASE("a resume starts the shards again that are down, and leaves the others alone") {
  engine_fixture test;
  auto options = test.options();
  options.store_backoff = {1h, 1h, 2.0, 0.0};
  engine it{test.open_file(), options};
  const auto away = poison();
  it.start(shop::revenue_tables().shards(2).on<shop::order_placed>(
      [away](read_model& db, const shop::order_placed& e) {
        if (e.day == "poison" && away->load())
          throw store_error{"the database is away"};
        db.execute(shop::add_to_day, e.day, e.cents);
      }));
  const auto good = it.append(order(other_shard_than("a"), "monday", 1));
  REQUIRE(it.wait_until("revenue", good, patience) == wait_result::reached);
  const auto bad = it.append(order("a", "poison", 1));
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::degraded; }));
  REQUIRE(eventually([&] { return test.lines.count("restart revenue/") == 1; }));
  away->store(false);
  it.resume("revenue");
  CHECK(it.wait_until("revenue", bad.last_position, patience) == wait_result::reached);
  CHECK(test.lines.count(" restarted ") == 0);
  CHECK(cents_of(it) == 2);
}

TEST_CASE("letters of several stores are paged by projection") {
  engine_fixture test;
  const auto other = test.open_file("other.db");
  engine it{test.open_file(), test.options()};
  const auto failing = [](const std::string& name) {
    return projection{name}
        .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
          throw std::runtime_error{"can't stand it"};
        })
        .retry(tries(1));
  };
  it.start(failing("here"));
  it.start(failing("there").into(other.projections));
  const auto last = place_orders(it, 3);
  REQUIRE(it.wait_until("here", last, patience) == wait_result::parked);
  REQUIRE(it.wait_until("there", last, patience) == wait_result::parked);
  CHECK(it.dead_letters().size() == 6);
  CHECK(it.dead_letters({.limit = 4}).size() == 4);
  CHECK_THROWS_WITH(it.dead_letters({.after_id = 1}),
                    Catch::Matchers::ContainsSubstring("name a projection"));
  const auto first = it.dead_letters({.projection = "there", .limit = 2});
  REQUIRE(first.size() == 2);
  const auto rest = it.dead_letters({.projection = "there", .after_id = first.back().id});
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].position == last.last_position);
}
