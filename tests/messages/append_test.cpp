#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/event_macros.hpp>

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace waymark;
using namespace Catch::Matchers;

namespace {

append_command command(std::vector<new_event> events) {
  return {{"Order", "o-17"}, any_version, std::move(events)};
}

std::string mistake_in(append_command what) {
  return find_mistake(what).value_or("");
}

std::string mistake_in_data(std::string text) {
  return mistake_in(command({json_event("OrderPlaced", std::move(text))}));
}

new_event good() {
  return json_event("OrderPlaced", R"({"day":"2026-11-21","cents":1250})");
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_CASE("expected version: says which streams are as expected") {
  CHECK(expected_version{3}.allows(3));
  CHECK_FALSE(expected_version{3}.allows(2));
  CHECK(expected_version{0}.allows(0));
  CHECK(no_stream.allows(0));
  CHECK_FALSE(no_stream.allows(1));
  CHECK(stream_exists.allows(1));
  CHECK_FALSE(stream_exists.allows(0));
  CHECK(any_version.allows(0));
  CHECK(any_version.allows(7));
  CHECK_THROWS_AS(expected_version{-1}, usage_error);
}

TEST_CASE("expected version: describes itself") {
  CHECK(expected_version{3}.describe() == "version 3");
  CHECK(expected_version{0}.describe() == "no stream");
  CHECK(no_stream.describe() == "no stream");
  CHECK(stream_exists.describe() == "an existing stream");
  CHECK(any_version.describe() == "any version");
}

TEST_CASE("append result: becomes a value or the matching exception") {
  append_result result;
  result.value.last_position = 9;
  CHECK(result.value_or_throw().last_position == 9);
  result.problem = "why";
  result.state = append_result::status::conflict;
  result.actual_version = 4;
  CHECK_THROWS_AS(result.value_or_throw(), version_conflict);
  result.state = append_result::status::duplicate;
  CHECK_THROWS_AS(result.value_or_throw(), duplicate_event);
  result.state = append_result::status::refused;
  CHECK_THROWS_AS(result.value_or_throw(), usage_error);
  result.state = append_result::status::failed;
  CHECK_THROWS_AS(result.value_or_throw(), store_error);
}

TEST_CASE("append: what is right passes") {
  CHECK(mistake_in(command({good(), good()})).empty());
  auto full = good();
  full.event_id = uuid::v7();
  full.tenant_id = "acme";
  full.metadata = R"( {"ip":"::1"})";
  full.occurred_at = timestamp{};
  CHECK(mistake_in(command({full})).empty());
}

TEST_CASE("append: events are counted") {
  CHECK_THAT(mistake_in(command({})), ContainsSubstring("at least one event"));
  CHECK(mistake_in(command(std::vector<new_event>(10'000, good()))).empty());
  CHECK_THAT(mistake_in(command(std::vector<new_event>(10'001, good()))),
             ContainsSubstring("at most 10000"));
}

TEST_CASE("append: names are looked at") {
  auto what = command({good()});
  what.stream.aggregate_id.clear();
  CHECK(mistake_in(what) == "aggregate_id is empty");
  what.stream.aggregate_id = std::string(513, 'x');
  CHECK_THAT(mistake_in(what), ContainsSubstring("513 bytes"));
  what.stream.aggregate_id = std::string{"a\0b", 3};
  CHECK(mistake_in(what) == "aggregate_id \"a?b\" holds a NUL character");
  what.stream.aggregate_id = "caf\xe9";
  CHECK(mistake_in(what) == "aggregate_id \"caf?\" is not UTF-8");
  what.stream.aggregate_id = "caf\u00e9 \u20ac \U0001f680 '); DROP TABLE events; --";
  CHECK(mistake_in(what).empty());
}

TEST_CASE("append: bytes that only look like UTF-8 are refused") {
  const auto name = GENERATE("\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
                             "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80", "\xe2\x82");
  auto what = command({good()});
  what.stream.aggregate_id = name;
  CHECK_THAT(mistake_in(what), ContainsSubstring("is not UTF-8"));
}

TEST_CASE("append: a mistake names its event") {
  auto bad = good();
  bad.tenant_id = "";
  CHECK(mistake_in(command({good(), bad})) ==
        "event 2 of 2 (OrderPlaced): tenant_id is empty; leave it out instead");
}

TEST_CASE("append: the envelope is looked at") {
  auto bad = good();
  bad.schema_version = 0;
  CHECK_THAT(mistake_in(command({bad})), ContainsSubstring("schema_version is 0"));
  bad = good();
  bad.event_id = uuid{};
  CHECK_THAT(mistake_in(command({bad})), ContainsSubstring("all zeros"));
  bad = good();
  bad.occurred_at = timestamp::max();
  CHECK_THAT(mistake_in(command({bad})), ContainsSubstring("outside the years"));
  bad = good();
  bad.event_id = uuid::v7();
  CHECK_THAT(mistake_in(command({bad, good(), bad})), ContainsSubstring("occurs twice"));
}

TEST_CASE("append: what is not JSON is refused") {
  const auto text = GENERATE("", " ", "{", "{\"a\":1,}", "nul", "NaN", "[1] 2", "'a'", "\"\xff\"",
                             "\"\xed\xa0\x80\"", "\"a\nb\"", "01", "{\"a\"}", "\"\\ud800\"");
  CAPTURE(text);
  CHECK_THAT(mistake_in_data(text), ContainsSubstring("data is not JSON"));
}

TEST_CASE("append: NUL is refused as a byte and stored as an escape") {
  CHECK_THAT(mistake_in_data(std::string{"\"a\0b\"", 5}), ContainsSubstring("not JSON"));
  CHECK_THAT(mistake_in_data(std::string{"1\0", 2}), ContainsSubstring("not JSON"));
  CHECK(mistake_in_data(R"({"a\u0000":"\u0000"})").empty());
}

TEST_CASE("append: numbers beyond a double are refused, long ones are stored") {
  CHECK_THAT(mistake_in_data(R"({"a":1e400})"), ContainsSubstring("number overflow"));
  CHECK(mistake_in_data(R"({"a":123456789012345678901234567890})").empty());
  CHECK(mistake_in_data(R"({"a":1e308})").empty());
}

TEST_CASE("append: nesting has a limit") {
  CHECK(mistake_in_data(nested(200)).empty());
  CHECK_THAT(mistake_in_data(nested(201)), ContainsSubstring("nested deeper than 200 levels"));
  CHECK_THAT(mistake_in_data(std::string(5'000'000, '[')), ContainsSubstring("nested deeper"));
  CHECK(mistake_in_data("[\"" + std::string(1000, '[') + "\\\"" + "[\"]").empty());
}

TEST_CASE("append: 16 MiB are taken, one byte more is not") {
  const auto quoted = [](std::size_t size) { return '"' + std::string(size - 2, 'x') + '"'; };
  CHECK(mistake_in_data(quoted(16u << 20)).empty());
  CHECK_THAT(mistake_in_data(quoted((16u << 20) + 1)), ContainsSubstring("16777217 bytes"));
}

TEST_CASE("append: metadata is an object or nothing") {
  auto e = good();
  e.metadata = "[]";
  CHECK_THAT(mistake_in(command({e})), ContainsSubstring("metadata is not a JSON object"));
  e.metadata = "{";
  CHECK_THAT(mistake_in(command({e})), ContainsSubstring("metadata is not JSON"));
  e.metadata = "{\"a\":\"" + std::string(1u << 20, 'x') + "\"}";
  CHECK_THAT(mistake_in(command({e})), ContainsSubstring("metadata has"));
}

namespace {

struct shipped {
  int parcels = 0;
};
WAYMARK_EVENT(shipped, "Shipped", "Order", parcels);

struct moved {
  std::string city;
};
WAYMARK_EVENT(moved, "Moved", "Customer", city);

} // namespace

TEST_CASE("typed events become a command for the stream of their aggregate type") {
  const auto id = uuid::v7();
  const auto made = append_of("o-17", no_stream, shipped{1}, with_id(id, shipped{2}));
  CHECK(made.stream == stream_id{"Order", "o-17"});
  CHECK(made.expected.what() == expected_version::kind::no_stream);
  REQUIRE(made.events.size() == 2);
  CHECK_FALSE(made.events[0].event_id);
  CHECK(made.events[1].event_id == id);
  CHECK(made.events[1].event_type == "Shipped");
  CHECK(made.events[1].data.text() == R"({"parcels":2})");
}

TEST_CASE("typed events carry what their envelope is given") {
  const timestamp when{std::chrono::seconds{1'700'000'000}};
  const envelope full{.event_id = uuid::v7(),
                      .occurred_at = when,
                      .tenant_id = "t",
                      .actor_id = "anna",
                      .correlation_id = "request",
                      .causation_id = "cause",
                      .metadata = R"({"a":1})"};
  const auto made = append_of("o-17", any_version, with(full, shipped{1}),
                              with({.correlation_id = "other"}, shipped{2}));
  REQUIRE(made.events.size() == 2);
  const auto& e = made.events[0];
  CHECK(e.event_id == full.event_id);
  CHECK(e.occurred_at == when);
  CHECK(e.tenant_id == "t");
  CHECK(e.actor_id == "anna");
  CHECK(e.correlation_id == "request");
  CHECK(e.causation_id == "cause");
  CHECK(e.metadata == full.metadata);
  CHECK(e.data.text() == R"({"parcels":1})");
  CHECK_FALSE(made.events[1].event_id);
  CHECK(made.events[1].correlation_id == "other");
  CHECK(made.stream.aggregate_type == "Order");
}

TEST_CASE("typed events of two aggregate types are refused, since they are of two streams") {
  CHECK_THROWS_AS(append_of("o-17", any_version, shipped{1}, moved{"Paris"}), usage_error);
  CHECK_THROWS_WITH(append_of("o-17", any_version, shipped{1}, with_id(uuid::v7(), moved{"Paris"})),
                    ContainsSubstring("\"Shipped\" is an event of \"Order\"") &&
                        ContainsSubstring("\"Moved\" of \"Customer\""));
}
