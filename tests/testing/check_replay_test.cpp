#include "tests/catch.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/testing/check_replay.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace shop;
using namespace waymark::testing;
using Catch::Matchers::ContainsSubstring;
using waymark::batch_of;
using waymark::read_model;

namespace {

std::vector<past_event> some_orders() {
  return history(order_placed{"mon", 1250}, in_stream("o-2", order_placed{"mon", 750}),
                 order_placed{"tue", 100}, order_cancelled{"mon", 1250},
                 in_stream("o-3", order_placed{"tue", 40}), order_placed{"wed", 60},
                 in_stream("o-2", order_cancelled{"mon", 750}), order_placed{"wed", 3});
}

std::string describe_days(const days& sums) {
  std::string text;
  for (const auto& [day, cents] : sums)
    text += day + "=" + std::to_string(cents) + "\n";
  return text;
}

/// Keeps a running total in a variable of the handler instead of the tables.
waymark::projection counts_in_a_capture() {
  return revenue_tables().on<order_placed>(
      [total = std::int64_t{0}](read_model& db, const order_placed& e) mutable {
        total += e.cents;
        db.execute("INSERT INTO revenue VALUES ('all', $1) "
                   "ON CONFLICT (day) DO UPDATE SET cents = $1",
                   total);
      });
}

/// Believes that a batch holds all that will ever be.
waymark::projection counts_on_the_batch() {
  return revenue_tables().on_batch<order_placed>([](read_model& db, batch_of<order_placed> orders) {
    std::int64_t total = 0;
    for (const auto& order : orders)
      total += order.data.cents;
    db.execute("INSERT INTO revenue VALUES ('all', $1) "
               "ON CONFLICT (day) DO UPDATE SET cents = $1",
               total);
  });
}

waymark::projection forgets_a_table() {
  return revenue()
      .table("CREATE TABLE IF NOT EXISTS cancelled (orders BIGINT NOT NULL)")
      .on("OrderArchived", [](read_model& db, const nlohmann::json&) {
        db.execute("INSERT INTO cancelled VALUES (1)");
      });
}

/// Changes the state before it throws, and is then given the same event again.
waymark::memory_projection<days> throws_half_way() {
  return waymark::projection::in_memory<days>("half-way")
      .on<order_placed>([tries = 0](days& sums, const order_placed& e) mutable {
        sums[e.day] += e.cents;
        if (++tries == 3)
          throw std::runtime_error{"half way"};
      });
}

} // namespace

TEST_CASE("a sound projection passes every replay") {
  const auto report = check_replay(revenue, some_orders());
  INFO(report.text());
  CHECK(report.ok());
  CHECK(report.runs > 50);
}

TEST_CASE("a sound projection with shards passes every replay") {
  const auto report = check_replay([] { return revenue().shards(3); }, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a sound in-memory projection passes every replay") {
  const auto report = check_replay(revenue_in_memory, describe_days, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a sound batch handler passes every replay") {
  const auto make = [] {
    return revenue_tables().on_batch<order_placed>(
        [](read_model& db, batch_of<order_placed> orders) {
          for (const auto& order : orders)
            db.execute(add_to_day, order.data.day, order.data.cents);
        });
  };
  const auto report = check_replay(make, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("letters and parked events are part of what a replay must repeat") {
  const auto make = [] {
    return revenue_tables().on<order_placed>([](read_model& db, const order_placed& e) {
      if (e.day == "tue")
        throw std::runtime_error{"closed on " + e.day};
      db.execute(add_to_day, e.day, e.cents);
    });
  };
  const auto report = check_replay(make, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("state kept in a captured variable is found") {
  const auto report = check_replay(counts_in_a_capture, some_orders());
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.text(), ContainsSubstring("seed 1") && ContainsSubstring("crash") &&
                                ContainsSubstring("expected  revenue: \"all\" 2203"));
}

TEST_CASE("a handler that counts on the split of batches is found") {
  const auto report = check_replay(counts_on_the_batch, some_orders());
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.differences.front().how, ContainsSubstring("pages of 1 event"));
}

TEST_CASE("a handler that uses something besides the log is found") {
  const auto make = [calls = std::make_shared<std::int64_t>(0)] {
    return revenue_tables().on<order_placed>(
        [=](read_model& db, const order_placed& e) { db.execute(add_to_day, e.day, ++*calls); });
  };
  const auto report = check_replay(make, some_orders());
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.differences.front().how, ContainsSubstring("besides the log"));
}

TEST_CASE("a truncate that forgets a table is found") {
  auto events = some_orders();
  events.push_back({{"Order", "o-2"}, waymark::json_event("OrderArchived", "{}")});
  const auto report = check_replay(forgets_a_table, events);
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.differences.front().how, ContainsSubstring("after a reset"));
  CHECK_THAT(report.differences.front().found, ContainsSubstring("cancelled: 1"));
}

TEST_CASE("without a truncate nothing is replayed a second time") {
  const auto make = [] {
    return waymark::projection{"no-truncate"}
        .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL)")
        .on<order_placed>([](read_model& db, const order_placed& e) {
          db.execute(add_to_day, e.day, e.cents);
        });
  };
  const auto report = check_replay(make, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("a handler that throws half way is found, unless it asks for a snapshot") {
  CHECK_FALSE(check_replay(throws_half_way, describe_days, some_orders()).ok());
  const auto careful = [] { return throws_half_way().snapshot(); };
  const auto report = check_replay(careful, describe_days, some_orders());
  INFO(report.text());
  CHECK(report.ok());
}

TEST_CASE("the same seed makes the same report, and another one another") {
  const auto report = [](std::uint64_t seed) {
    return check_replay(counts_in_a_capture, some_orders(), {seed, 2, 6});
  };
  const auto found = report(7);
  const auto again = report(7);
  CHECK(again.text() == found.text());
  const auto ways = [](const waymark::testing::replay_report& of) {
    std::vector<std::string> how;
    for (const auto& each : of.differences)
      how.push_back(each.how);
    return how;
  };
  REQUIRE_FALSE(found.ok());
  CHECK(ways(again) == ways(found));
  CHECK(ways(report(8)) != ways(found));
}

TEST_CASE("what the plain replay throws is thrown") {
  const auto make = [] {
    return waymark::projection{"broken"}.on<order_placed>(
        [](read_model& db, const order_placed&) { db.execute("DELETE FROM no_such_table"); });
  };
  CHECK_THROWS_AS(check_replay(make, some_orders()), waymark::projection_error);
}

TEST_CASE("an empty history is no difficulty") {
  CHECK(check_replay(revenue, {}).ok());
}
