#include "tests/catch.hpp"
#include "tests/persistence/temporary_folder.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/waymark.hpp>

#include <atomic>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace shop {

waymark::projection customers() {
  return waymark::projection{"customers"}
      .table("CREATE TABLE IF NOT EXISTS customers (id TEXT PRIMARY KEY)")
      .on<order_placed>([](waymark::read_model& db, const order_placed&, const waymark::event& e) {
        db.execute("INSERT INTO customers VALUES ($1) ON CONFLICT DO NOTHING", e.aggregate_id);
      });
}

} // namespace shop

namespace {

/// Cancels an order that was placed and is not cancelled yet.
void cancel(waymark::engine& engine, const std::string& id) {
  for (;;) {
    std::int64_t version = 0;
    std::optional<shop::order_placed> open; // what the stream comes to
    for (const auto& e : engine.log().read_stream({"Order", id})) {
      version = e.aggregate_version;
      if (e.is<shop::order_placed>())
        open = e.as<shop::order_placed>();
      else if (e.is<shop::order_cancelled>())
        open.reset();
    }
    if (!open)
      throw std::runtime_error{"there is no open order " + id};
    try {
      engine.append(id, version, shop::order_cancelled{open->day, open->cents});
      return;
    } catch (const waymark::version_conflict&) {
      // somebody was quicker: decide again, by what they have written
    }
  }
}

} // namespace

// The code of docs/engine.md; style.pages compares the lines.
TEST_CASE("the page on the engine shows what works") {
  const waymark::test::temporary_folder folder;
  std::filesystem::current_path(std::filesystem::path{folder.file()}.parent_path());
  {
    waymark::engine engine{waymark::open("sqlite:shop.db"), {.drain_deadline = 5s}};
    auto revenue = engine.start(shop::revenue()); // a builder, see projections.md
    engine.start({shop::revenue_in_memory().freeze(), shop::customers().freeze()});
    CHECK(engine.names() ==
          std::vector<std::string>{"customers", "revenue", "revenue-in-memory"});

    auto token = engine.append("o-17", waymark::no_stream, shop::order_placed{"2026-11-21", 1250});
    if (revenue.wait_until(token, 30s) != waymark::wait_result::reached)
      std::cerr << engine.explain("revenue") << '\n';
    CHECK(revenue.status().passed >= token.last_position);

    std::vector<waymark::append_command> commands;
    for (const auto* id : {"o-18", "o-19"})
      commands.push_back(
          waymark::append_of(id, waymark::any_version, shop::order_placed{"2026-11-22", 100}));
    for (const auto& result : engine.append_all(std::move(commands)))
      if (result.state != waymark::append_result::status::appended)
        std::cerr << result.problem << '\n';
    const bool caught_up = revenue.wait_until_caught_up(30s) == waymark::wait_result::reached;
    CHECK(caught_up);

    auto cents = engine.read("revenue").query_value<std::int64_t>("SELECT sum(cents) FROM revenue");
    CHECK(cents == 1450);
    auto days = engine.read("revenue", [](waymark::read_model& db) {
      return db.query_as<std::string, std::int64_t>("SELECT day, cents FROM revenue ORDER BY day");
    });
    CHECK(days == std::vector{std::tuple{std::string{"2026-11-21"}, std::int64_t{1250}},
                              std::tuple{std::string{"2026-11-22"}, std::int64_t{200}}});
    REQUIRE(engine.wait_until_caught_up("revenue-in-memory", 30s) == waymark::wait_result::reached);
    auto in_memory =
        engine.read<shop::days>("revenue-in-memory", [](const auto& all) { return all.size(); });
    CHECK(in_memory == 2);
  }
  std::filesystem::current_path("/");
}

// The code of docs/events.md.
TEST_CASE("the page on events shows how to decide") {
  waymark::engine engine{waymark::open("memory:")};
  engine.append("o-1", waymark::no_stream, shop::order_placed{"monday", 1250});
  std::atomic<int> cancelled{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> many;
  for (int i = 0; i < 4; ++i)
    many.emplace_back([&] {
      try {
        cancel(engine, "o-1");
        ++cancelled;
      } catch (const std::runtime_error& e) {
        refused += std::string_view{e.what()} == "there is no open order o-1" ? 1 : 0;
      }
    });
  for (auto& each : many)
    each.join();
  CHECK(cancelled == 1);
  CHECK(refused == 3);
  const auto stream = engine.log().read_stream({"Order", "o-1"});
  REQUIRE(stream.size() == 2);
  CHECK(stream.back().as<shop::order_cancelled>().cents == 1250);
}
