#include <waymark/messages/error.hpp>
#include <waymark/messages/event.hpp>
#include <waymark/messages/event_macros.hpp>

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace waymark;

TEST_CASE("event: is named by its type, id and position") {
  event e;
  e.event_type = "OrderPlaced";
  e.position = 17;
  e.event_id = *uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  CHECK(describe(e) == "OrderPlaced 6ba7b810-9dad-11d1-80b4-00c04fd430c8 at position 17");
  CHECK(to_string(stream_id{"Order", "o-17"}) == "Order/o-17");
}

TEST_CASE("event: its size grows with what it holds") {
  event e;
  const auto empty = size_bytes(e);
  e.data = payload::from_json(std::string(1000, ' '));
  e.metadata = std::string(100, ' ');
  e.tenant_id = std::string(100, 'x');
  CHECK(size_bytes(e) >= empty + 1190);
}

TEST_CASE("event: the data can be had as JSON") {
  event e;
  CHECK(e.json() == nlohmann::json::object());
  e.data = payload::from_json(R"({"a":[1,2]})");
  CHECK(e.json()["a"][1] == 2);
  e.data = payload::from_json("{");
  CHECK_THROWS_AS(e.json(), decode_error);
  e.data = payload::from_json(std::string(1'000'000, '['));
  CHECK_THROWS_AS(e.json(), decode_error);
}

TEST_CASE("event: an untyped one takes text as it is") {
  const auto e = json_event("OrderPlaced", R"( {"day": "2026-11-21"} )");
  CHECK(e.event_type == "OrderPlaced");
  CHECK(e.schema_version == 1);
  CHECK_FALSE(e.event_id);
  CHECK(e.data.text() == R"( {"day": "2026-11-21"} )");
}

namespace {

struct measured {
  std::int64_t value = 0;
};
WAYMARK_EVENT_V(measured, 2, "EventTestMeasured", "Probe", value);

struct other_measured {};
WAYMARK_EVENT(other_measured, "EventTestOther", "Probe");

event measured_as(int version, std::string json) {
  event e;
  e.event_type = "EventTestMeasured";
  e.schema_version = version;
  e.data = payload::from_json(std::move(json));
  return e;
}

} // namespace

TEST_CASE("event: the data can be had as its type") {
  const auto e = measured_as(2, R"({"value":7})");
  CHECK(e.is<measured>());
  CHECK_FALSE(e.is<other_measured>());
  CHECK(e.as<measured>().value == 7);
  CHECK(&e.as<measured>() == &event{e}.as<measured>()); // decoded once for all copies
  CHECK_THROWS_WITH(e.as<other_measured>(),
                    Catch::Matchers::ContainsSubstring("is no \"EventTestOther\""));
}

TEST_CASE("event: what stands in the way of its type is told apart") {
  CHECK_THROWS_AS(measured_as(2, "{}").as<measured>(), decode_error);
  CHECK_THROWS_AS(measured_as(2, "{").as<measured>(), decode_error);
  CHECK_THROWS_AS(measured_as(3, R"({"value":7})").as<measured>(), projection_error);
  CHECK_THROWS_AS(measured_as(1, R"({"value":7})").as<measured>(), projection_error);
}
