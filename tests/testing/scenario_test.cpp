#include "tests/catch.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/testing/scenario.hpp>

#include <stdexcept>

using namespace shop;
using namespace waymark::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a scenario projects what is given into tables") {
  auto shop = given(order_placed{"mon", 1250}, in_stream("o-2", order_placed{"mon", 750}),
                    order_placed{"tue", 100})
                  .project(revenue());
  CHECK(shop.query_value<std::int64_t>("SELECT sum(cents) FROM revenue") == 2100);
  CHECK(shop.query_optional<std::int64_t>("SELECT cents FROM revenue WHERE day = $1", "mon") ==
        2000);
  CHECK(shop.query_optional<std::int64_t>("SELECT cents FROM revenue WHERE day = 'wed'") ==
        std::nullopt);
  const auto rows = shop.query_as<std::string, std::int64_t>("SELECT * FROM revenue ORDER BY day");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1] == std::tuple{std::string{"tue"}, std::int64_t{100}});
  CHECK(shop.query("SELECT day FROM revenue").rows.size() == 2);
  CHECK(shop.letters().empty());
}

TEST_CASE("a scenario projects what is given into a state") {
  auto shop = given(order_placed{"mon", 1250}).project(revenue_in_memory());
  CHECK(shop.state<days>() == days{{"mon", 1250}});
  shop.then(order_cancelled{"mon", 250}, order_placed{"tue", 5});
  CHECK(shop.state<days>() == days{{"mon", 1000}, {"tue", 5}});
}

TEST_CASE("a scenario goes on with what happens then") {
  auto shop = given(order_placed{"mon", 10}).project(revenue()).then(order_placed{"mon", 5});
  CHECK(shop.query_value<std::int64_t>("SELECT cents FROM revenue") == 15);
  CHECK(shop.log().head() == 2);
  CHECK(shop.projector().checkpoint()->position == 2);
}

TEST_CASE("a scenario takes untyped events") {
  const past_event raw{{"Order", "o-9"},
                       waymark::json_event("OrderPlaced", R"({"day": "sun", "cents": 7})")};
  auto shop = given(raw).project(revenue_in_memory());
  CHECK(shop.state<days>() == days{{"sun", 7}});
}

TEST_CASE("the ids of a scenario are the same in every run") {
  const auto id = [] {
    return given(order_placed{"mon", 1}).log().read_all(0).events.front().event_id;
  };
  CHECK(id() == id());
}

TEST_CASE("an event that is given up leaves a letter, and the waits pass on the scenario's clock") {
  auto shop =
      given(order_placed{"mon", 10})
          .project(revenue_tables().on<order_placed>([](waymark::read_model&, const order_placed&) {
            throw std::runtime_error{"no such day"};
          }));
  REQUIRE(shop.letters().size() == 1);
  CHECK_THAT(shop.letters().front().error, ContainsSubstring("no such day"));
  CHECK(shop.clock().now() > waymark::manual_clock{}.now());
}

TEST_CASE("the shards of a scenario's projection share its tables") {
  auto shop = given(in_stream("a", order_placed{"mon", 1}), in_stream("b", order_placed{"mon", 2}),
                    in_stream("c", order_placed{"mon", 4}), in_stream("d", order_placed{"mon", 8}))
                  .project(revenue().shards(3));
  CHECK(shop.query_value<std::int64_t>("SELECT sum(cents) FROM revenue") == 15);
  CHECK_THROWS_AS(shop.projector(3), waymark::usage_error);
}

TEST_CASE("a scenario says how it is meant to be used") {
  auto shop = given();
  CHECK_THROWS_AS(shop.state<days>(), waymark::usage_error);
  shop.project(revenue());
  CHECK_THROWS_AS(shop.project(revenue()), waymark::usage_error);
  CHECK_THROWS_AS(shop.state<days>(), waymark::usage_error);
}
