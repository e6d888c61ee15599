#include "node/event_line.hpp"

#include "node/cloud_event.hpp"
#include "tests/catch.hpp"
#include "tests/node/stored_event.hpp"

using namespace waymark;
using namespace waymark::node;
using test::stored;

namespace {

constexpr const char* some_id = "01890a5d-ac96-774b-bcce-b302099a8057";

append_command good(std::string_view line) {
  auto read = read_event_line(line);
  INFO(line);
  REQUIRE(read.problem.empty());
  REQUIRE(read.command.events.size() == 1);
  return std::move(read.command);
}

std::string problem(std::string_view line) {
  return read_event_line(line).problem;
}

/// A line of our own form with more members in it.
std::string with(const std::string& members) {
  return R"({"aggregate_type":"Order","aggregate_id":"o-1","event_type":"OrderPlaced","data":{})" +
         (members.empty() ? "" : "," + members) + "}";
}

/// A CloudEvent with more attributes in it.
std::string cloud(const std::string& attributes) {
  return R"({"specversion":"1.0","type":"OrderPlaced","subject":"o-1",)" + attributes + "}";
}

} // namespace

TEST_CASE("a line of our own form is an event") {
  const auto command = good(
      R"({"aggregate_type":"Order","aggregate_id":"o-1","event_type":"OrderPlaced",)"
      R"("data":{"cents": 12345678901234567890123, "x":[1.10,"a,}\""]},"expected_version":3,)"
      R"("event_id":"01890A5D-ac96-774b-bcce-b302099a8057",)"
      R"("occurred_at":"2026-11-21T10:00:00+01:00",)"
      R"("schema_version":2,"metadata":{"a": 1},"tenant_id":"t","actor_id":"u",)"
      R"("correlation_id":"c","causation_id":"\u00e4\"","position":9,"aggregate_version":8,)"
      R"("recorded_at":"2026-11-21T10:00:00Z"})");
  CHECK(command.stream == stream_id{"Order", "o-1"});
  CHECK(command.expected.version() == 3);
  const auto& e = command.events.front();
  CHECK(e.event_type == "OrderPlaced");
  CHECK(e.data.text() == R"({"cents": 12345678901234567890123, "x":[1.10,"a,}\""]})");
  CHECK(e.event_id->to_string() == some_id);
  CHECK(to_string(*e.occurred_at) == "2026-11-21T09:00:00.000000Z");
  CHECK(e.schema_version == 2);
  CHECK(e.metadata == R"({"a": 1})");
  CHECK(e.tenant_id == "t");
  CHECK(e.actor_id == "u");
  CHECK(e.correlation_id == "c");
  CHECK(e.causation_id == "ä\"");
}

TEST_CASE("what is left out of a line, or null, has its default") {
  for (const auto& line :
       {with(""), with(R"("event_id":null,"occurred_at":null,"metadata":null)")}) {
    const auto command = good(line);
    CHECK(command.expected.what() == expected_version::kind::any);
    const auto& e = command.events.front();
    CHECK_FALSE(e.event_id);
    CHECK_FALSE(e.occurred_at);
    CHECK_FALSE(e.tenant_id);
    CHECK(e.metadata.empty());
    CHECK(e.schema_version == 1);
  }
}

TEST_CASE("an expectation is a number or a word") {
  CHECK(good(with(R"("expected_version":0)")).expected.describe() ==
        expected_version{0}.describe());
  CHECK(good(with(R"("expected_version":"no_stream")")).expected.what() ==
        expected_version::kind::no_stream);
  CHECK(good(with(R"("expected_version":"stream_exists")")).expected.what() ==
        expected_version::kind::stream_exists);
  CHECK(good(with(R"("expected_version":"any")")).expected.what() == expected_version::kind::any);
}

TEST_CASE("any JSON may be data, and stands as it was written") {
  for (const std::string data :
       {"null", "0", "-1.50e+3", R"("a\u0041\/")", "[ ]", "[[1,2], {\"a\" : null}]", "true"})
    CHECK(good(R"({"aggregate_type":"A","aggregate_id":"1","event_type":"E","data":  )" + data +
               " }\r")
              .events.front()
              .data.text() == data);
}

TEST_CASE("a mistake in a line says what was expected and where") {
  // The rest is the JSON library's, whose words differ from version to version.
  CHECK(problem("").starts_with("the line is not JSON: parse error at line 1, column 1: "));
  CHECK(problem("[1]") == "the line is not a JSON object");
  CHECK(problem("{}") == "\"aggregate_type\" is missing");
  CHECK(problem(R"({"aggregate_type":"A","aggregate_id":"1","event_type":"E"})") ==
        "\"data\" is missing");
  CHECK(problem(R"({"aggregate_type":null,"aggregate_id":"1","event_type":"E","data":1})") ==
        "aggregate_type is null; it can't be left out");
  CHECK(problem(R"({"aggregate_type":7,"aggregate_id":"1","event_type":"E","data":1})") ==
        "aggregate_type: 7 is not a string");
  CHECK(problem(with(R"("tenant_id":"")")) ==
        "tenant_id: \"\" is not a string with something in it");
  CHECK(problem(with(R"("event_id":"o-17")")) ==
        "event_id: \"o-17\" is not a UUID, such as \"01890a5d-ac96-774b-bcce-b302099a8057\"");
  CHECK(problem(with(R"("occurred_at":"yesterday")")) ==
        "occurred_at: \"yesterday\" is not a time as RFC 3339 writes it, such as "
        "\"2026-11-21T09:30:00Z\"");
  for (const std::string value : {"-1", "1.5", "\"3\"", "99999999999999999999", "[]"})
    CHECK(problem(with("\"expected_version\":" + value)) ==
          "expected_version: " + value +
              " is not a version, \"no_stream\", \"stream_exists\" or \"any\"");
  CHECK(problem(with(R"("metadata":[])")) == "metadata: [] is not an object");
  CHECK(problem(with(R"("schema_version":0)")) ==
        "schema_version: 0 is not a schema version, which counts from 1");
  CHECK(problem(with(R"("data":1)")) == "\"data\" occurs twice");
  CHECK(problem(with(R"("evnt_id":"x")")) ==
        "there is no member \"evnt_id\"; there are event_type, aggregate_type, aggregate_id, data, "
        "event_id, occurred_at, expected_version, schema_version, metadata, tenant_id, actor_id, "
        "correlation_id, causation_id, position, aggregate_version, recorded_at");
  CHECK(problem(with("\"x\":" + std::string(300, '[') + std::string(300, ']'))) ==
        "the line is nested deeper than 201 levels");
}

TEST_CASE("a CloudEvent is an event") {
  const auto command = good(cloud(
      R"("id":"01890a5d-ac96-774b-bcce-b302099a8057","source":"https://shop.example/sales/Order",)"
      R"("time":"2026-11-21T09:00:00Z","datacontenttype":"application/json; charset=utf-8",)"
      R"("data":{"cents":1.10},"tenantid":"t","correlationid":"c","causationid":"d","actorid":"u",)"
      R"("traceparent":"00-1","sampled":5)"));
  CHECK(command.stream == stream_id{"Order", "o-1"});
  CHECK(command.expected.what() == expected_version::kind::any);
  const auto& e = command.events.front();
  CHECK(e.event_type == "OrderPlaced");
  CHECK(e.event_id->to_string() == some_id);
  CHECK(to_string(*e.occurred_at) == "2026-11-21T09:00:00.000000Z");
  CHECK(e.data.text() == R"({"cents":1.10})");
  CHECK(e.tenant_id == "t");
  CHECK(e.actor_id == "u");
  CHECK(e.correlation_id == "c");
  CHECK(e.causation_id == "d");
  CHECK(e.metadata == R"({"source":"https://shop.example/sales/Order",)"
                      R"("datacontenttype":"application/json; charset=utf-8",)"
                      R"("traceparent":"00-1","sampled":5})");
}

TEST_CASE("a CloudEvent with nothing special needs no metadata and no data") {
  const auto command =
      good(cloud(R"("id":"01890a5d-ac96-774b-bcce-b302099a8057","source":"Order")"));
  CHECK(command.events.front().metadata.empty());
  CHECK(command.events.front().data.text() == "{}");
}

TEST_CASE("an id of a CloudEvent that is no UUID gives the same event id each time") {
  const auto id = [](const std::string& source, const std::string& text) {
    return *good(cloud("\"source\":\"" + source + "\",\"id\":\"" + text + "\""))
                .events.front()
                .event_id;
  };
  CHECK(id("/a/Order", "17") == id("/a/Order", "17"));
  CHECK(id("/a/Order", "17") != id("/b/Order", "17"));
  CHECK(id("/a/Order", "17") != id("/a/Order", "18"));
  CHECK(id("/a/Order", "17").to_string() == "37d4bcaf-e6b3-5576-8071-62eb13ac454e");
  CHECK(good(cloud(R"("id":"17","source":"Order")")).events.front().metadata == R"({"id":"17"})");
}

TEST_CASE("the aggregate type is the last segment of a source's path") {
  for (const auto* source : {"Order", "/Order", "/a/Order", "/a/Order/", "a/Order?x=/y#/z",
                             "https://h/Order", "https://h:1/a/Order//", "//h/Order"})
    CHECK(last_path_segment(source) == "Order");
  CHECK(last_path_segment("urn:shop:order") == "urn:shop:order");
  CHECK(last_path_segment("a//b") == "b");
  for (const auto* source : {"", "/", "https://h", "https://h/", "?Order"})
    CHECK(last_path_segment(source).empty());
}

TEST_CASE("a mistake in a CloudEvent says what was expected and where") {
  CHECK(problem(R"({"specversion":"1.0"})") == "\"id\" is missing");
  CHECK(problem(R"({"specversion":"0.3","id":"1","source":"a","type":"b","subject":"c"})") ==
        "specversion: \"0.3\" is not \"1.0\", the version of CloudEvents that is understood");
  CHECK(problem(R"({"specversion":"1.0","id":"1","source":"a","type":"b"})") ==
        "\"subject\" is missing");
  CHECK(problem(cloud(R"("id":"1","source":"https://h")")) ==
        "source: \"https://h\" is not a reference with a path, whose last segment is the aggregate "
        "type");
  CHECK(problem(cloud(R"("id":"1","source":"a","data_base64":"AA==")")) ==
        "data_base64: only data that is JSON can be stored, in \"data\"");
  CHECK(problem(cloud(R"("id":"1","source":"a","datacontenttype":"text/xml","data":"<a/>")")) ==
        "datacontenttype: \"text/xml\" is not application/json; only data that is JSON can be "
        "stored");
  CHECK(problem(cloud(R"("id":"1","source":"a","time":3)")) ==
        "time: 3 is not a time as RFC 3339 writes it, such as \"2026-11-21T09:30:00Z\"");
}

TEST_CASE("what is written of an event can be read") {
  auto e = stored(good(with(
      R"("event_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
      R"("occurred_at":"2026-11-21T09:00:00Z")")));
  CHECK(write_event_line(e) ==
        R"({"position":17,"event_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
        R"("aggregate_type":"Order","aggregate_id":"o-1","aggregate_version":4,)"
        R"("event_type":"OrderPlaced","occurred_at":"2026-11-21T09:00:00.000000Z",)"
        R"("recorded_at":"1970-01-01T00:00:00.000000Z","data":{}})");
  e.aggregate_id = "ä \"\n";
  e.schema_version = 3;
  e.metadata = "{\"a\":\r\n 1}";
  e.tenant_id = "t";
  e.actor_id = "\\";
  e.correlation_id = "c";
  e.causation_id = "d";
  e.data = payload::from_json("{\n  \"n\": 10000000000000000000000.10\n}");
  const auto line = write_event_line(e);
  CHECK(line.find_first_of("\r\n") == line.npos);
  auto again = stored(good(line));
  CHECK(again.data.text() == "{   \"n\": 10000000000000000000000.10 }");
  CHECK(again.metadata == "{\"a\":   1}");
  CHECK(write_event_line(again) == line);
}

TEST_CASE("data that is no JSON is written so that nobody takes it for an event") {
  auto e = stored(good(with("")));
  e.data = payload::from_json("{\"a\xff");
  const auto line = write_event_line(e);
  CHECK(line.find(R"("undecodable_data":"{\"a�"})") != line.npos);
  CHECK(problem(line) == "\"data\" is missing");
}
