#include "node/sql/placeholders.hpp"

#include "node/sql/sql_handler.hpp"

#include <waymark/messages/error.hpp>

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace waymark;
using namespace waymark::node;
using waymark::sql::dialect;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What a statement becomes: its SQL, then its placeholders, or its mistakes.
std::string shown(std::string_view text, dialect of = dialect::postgres) {
  const auto parsed = parse_placeholders(text, of);
  std::string result = parsed.statement.sql;
  for (const auto& p : parsed.statement.values)
    result += " | " + p.text;
  for (const auto& m : parsed.mistakes)
    result += " ! " + std::to_string(m.offset);
  return result;
}

/// Keeps what was executed, as JSON.
class recording_model final : public read_model {
 public:
  std::vector<nlohmann::json> values;

 private:
  std::int64_t do_execute(std::string_view, std::span<const sql_value> args) override {
    for (const auto& each : args)
      std::visit([&](const auto& v) { add(v); }, each.get());
    return 1;
  }
  result_set do_query(std::string_view, std::span<const sql_value>) override { return {}; }
  template <class T>
  void add(const T& v) {
    values.emplace_back(v);
  }
  void add(std::span<const std::byte>) {}
};

nlohmann::json bound(std::string_view text, event e) {
  recording_model model;
  run_statements({parse_placeholders(text, dialect::sqlite).statement}, model, e.json(), e);
  return model.values;
}

nlohmann::json bound(std::string_view text, const nlohmann::json& data, event e = {}) {
  e.data = payload::from_json(data.is_null() ? "{}" : data.dump());
  return bound(text, std::move(e));
}

event written(std::string data, std::string metadata = {}) {
  event e;
  e.data = payload::from_json(std::move(data));
  e.metadata = std::move(metadata);
  return e;
}

} // namespace

TEST_CASE("each occurrence of a placeholder becomes a parameter of its own") {
  CHECK(shown("INSERT INTO t VALUES ({/day}, {/cents}, {/day})") ==
        "INSERT INTO t VALUES ($1, $2, $3) | /day | /cents | /day");
  CHECK(shown("{/a/0/b~1c?} {position} {metadata/x}") ==
        "$1 $2 $3 | /a/0/b~1c? | position | metadata/x");
  CHECK(shown("SELECT {/a}::text") == "SELECT $1::text | /a");
  CHECK(shown("{/a}1") == "$1 1 | /a");
  CHECK(shown("SELECT{/a}FROM") == "SELECT $1 FROM | /a");
  CHECK(shown("{/it's}, {/a--b}, {/c}") == "$1, $2, $3 | /it's | /a--b | /c");
}

TEST_CASE("doubled braces are braces") {
  CHECK(shown("SELECT '{{\"a\": 1}}', {/a}") == "SELECT '{\"a\": 1}', $1 | /a");
  CHECK(shown("{{{/a}}}") == "{$1} | /a");
  CHECK(shown("{{/a}}") == "{/a}");
}

TEST_CASE("what is no placeholder is refused where it stands") {
  CHECK(shown("a }") == "a } ! 2");
  CHECK(shown("a {/x") == "a  ! 2");
  CHECK(shown("{}{cents}{position?}{position/x}{/a~2}") == " ! 0 ! 2 ! 9 ! 20 ! 32");

  CHECK_THAT(parse_placeholders("{tenant_id?}", dialect::sqlite).mistakes.at(0).text,
             ContainsSubstring("expected {tenant_id}, which is NULL by itself"));

  for (const auto of : {dialect::sqlite, dialect::postgres}) {
    CHECK(shown("{/a} $1", of) == "$1 $1 | /a ! 5");
    CHECK(shown("SELECT '$1' AS a$1", of) == "SELECT '$1' AS a$1");
  }
}

TEST_CASE("a placeholder within quotes or a comment would be text and is refused") {
  const auto mistakes = [](std::string_view text, dialect of) {
    return parse_placeholders(text, of).mistakes.size();
  };
  for (const auto of : {dialect::sqlite, dialect::postgres}) {
    for (const auto* wrong : {"'{/a}'", "\"{/a}\"", "-- {/a}", "/* {/a} */", "'it''s {/a}'",
                              "'{/a' || 'b}' || '{/c}'"}) {
      INFO(wrong);
      CHECK(mistakes(wrong, of) == (std::string_view{wrong}.ends_with("/c}'") ? 2 : 1));
    }
    for (const auto* right : {"'a' || {/a}", "-- x\n {/a}", "'it''s' || {/a}", "x$y || {/a}",
                              "'\\' || {/a}", "{/it's} || {/--b} || {/c}"}) {
      INFO(right);
      CHECK(mistakes(right, of) == 0);
    }
  }
}

TEST_CASE("quotes and comments are read as the projection's own database reads them") {
  const auto mistakes = [](std::string_view text, dialect of) {
    return parse_placeholders(text, of).mistakes.size();
  };
  for (const auto* only_sqlite : {"[{/a}]", "`{/a}`", "-- \r {/a}", "'\\' || '{/a}'"}) {
    INFO(only_sqlite);
    CHECK(mistakes(only_sqlite, dialect::sqlite) == 1);
  }
  for (const auto* only_postgres : {"/* /* */ {/a} */", "$x$ {/a} $x$", "E'\\' {/a}'",
                                    "E'a'\n'\\' {/a}'", "E'it''s \\' {/a}'"}) {
    INFO(only_postgres);
    CHECK(mistakes(only_postgres, dialect::postgres) == 1);
  }
  for (const auto* right : {"[{/a}]", "-- \r {/a}", "E'\\'' || {/a}", "/* /* */ */ {/a}",
                            "$$x$$ || {/a}", "x$E'\\' || {/a}", "a$$ || {/a} || b$$"}) {
    INFO(right);
    CHECK(mistakes(right, dialect::postgres) == 0);
  }
  for (const auto* right : {"/* /* */ {/a}", "$x$ {/a} $x$", "E'\\' || {/a}"}) {
    INFO(right);
    CHECK(mistakes(right, dialect::sqlite) == 0);
  }
}

TEST_CASE("nothing beside a placeholder becomes a part of its parameter") {
  CHECK(shown("a{/a}b") == "a $1 b | /a");
  CHECK(shown(":{/a}(1)", dialect::sqlite) == ": $1 (1) | /a");
  CHECK(shown("${/a}$", dialect::sqlite) == "$ $1 $ | /a");
  CHECK(shown("{/a}::text", dialect::sqlite) == "$1::text | /a");
  CHECK(shown("{/a}::varchar(20)", dialect::sqlite) == "$1::varchar(20) | /a");
  for (const auto* swallows : {"{/a}::varchar({/n})", "{/a}::({/day}, {/n})"})
    CHECK_THAT(parse_placeholders(swallows, dialect::sqlite).mistakes.at(0).text,
               ContainsSubstring("write CAST({/a} AS"));
  CHECK(parse_placeholders("{/a}::varchar({/n})", dialect::postgres).mistakes.empty());
}

TEST_CASE("values keep their kind") {
  const auto data = nlohmann::json::parse(
      R"({"i": -7, "u": 7, "d": 1.5, "s": "x'y", "t": true, "n": null, "o": {"k": [1]}, "l": []})");
  CHECK(bound("{/i} {/u} {/d} {/s} {/t} {/n} {/o} {/l} {/o/k/0} {/z?}", data) ==
        nlohmann::json::parse(R"([-7, 7, 1.5, "x'y", true, null, "{\"k\":[1]}", "[]", 1, null])"));
  CHECK_THROWS_AS(bound("{/u}", {{"u", std::uint64_t{1} << 63}}), decode_error);
}

TEST_CASE("a part and the whole are bound as they were appended, with every digit") {
  const auto* const data = R"({"b": {"n": 12345678901234567890123}, "a": [1.10, {"z":1,"a":2}],
    "tw\u0069n": 1, "twin": {"last": true}} )";
  const auto* const metadata = R"({ "big": 10000000000000000000001, "o": {"y": 1.0, "x": 2} })";
  const auto e = written(data, metadata);
  CHECK(bound("{data}", e) == nlohmann::json{data});
  CHECK(bound("{metadata}", e) == nlohmann::json{metadata});
  CHECK(bound("{/b} {/a} {/a/1} {/twin} {metadata/o} {/a/0}", e) ==
        nlohmann::json{R"({"n": 12345678901234567890123})", R"([1.10, {"z":1,"a":2}])",
                       R"({"z":1,"a":2})", R"({"last": true})", R"({"y": 1.0, "x": 2})", 1.1});
  CHECK(bound("{data} {metadata}", written("7")) == nlohmann::json{"7", "{}"});
  CHECK(bound("{data}", written("\"text\"")) == nlohmann::json{"\"text\""});
}

TEST_CASE("a whole number that no database holds is a fault of the event") {
  for (const auto* number : {"9223372036854775808", "123456789012345678901234",
                             "-9223372036854775809"}) {
    const auto e = written(R"({"l": [0, {"n": )" + std::string{number} + "}]}");
    CHECK_THROWS_WITH(bound("{/l/1/n}", e), ContainsSubstring(number) &&
                                                ContainsSubstring("beyond the 63 bits"));
  }
  CHECK(bound("{/a} {/b} {/c}", written(R"({"a": 9223372036854775807, "b": -9223372036854775808,
                                            "c": 1e19})")) ==
        nlohmann::json{INT64_MAX, INT64_MIN, 1e19});
}

TEST_CASE("all of the envelope can be bound, and what it does not have is NULL") {
  event e;
  e.position = 17;
  e.event_id = *uuid::parse("0192f3a0-0000-7000-8000-000000000001");
  e.event_type = "OrderPlaced";
  e.schema_version = 3;
  e.aggregate_type = "Order";
  e.aggregate_id = "o-1";
  e.aggregate_version = 5;
  e.recorded_at = e.occurred_at + std::chrono::seconds{1};
  e.metadata = R"({"source": {"host": "a"}})";
  CHECK(bound("{position} {event_id} {event_type} {schema_version} {aggregate_type} "
              "{aggregate_id} {aggregate_version} {occurred_at} {recorded_at}",
              e) == nlohmann::json{17, "0192f3a0-0000-7000-8000-000000000001", "OrderPlaced", 3,
                                   "Order", "o-1", 5, "1970-01-01T00:00:00.000000Z",
                                   "1970-01-01T00:00:01.000000Z"});
  const auto* const names = "{tenant_id} {actor_id} {correlation_id} {causation_id}";
  CHECK(bound(names, e) == nlohmann::json{nullptr, nullptr, nullptr, nullptr});
  e.tenant_id = "t";
  e.actor_id = "a";
  e.correlation_id = "c";
  e.causation_id = "d";
  CHECK(bound(names, e) == nlohmann::json{"t", "a", "c", "d"});
  CHECK(bound("{metadata/source/host} {metadata/x?}", e) == nlohmann::json{"a", nullptr});
}

TEST_CASE("a pointer that finds nothing is a fault of the event") {
  CHECK_THROWS_WITH(bound("{/a/1}", {{"a", {1}}}), ContainsSubstring("{/a/1} finds nothing") &&
                                                       ContainsSubstring("{/a/1?}"));
  for (const auto* nothing : {"{/a/01}", "{/a/-}", "{/a/x}", "{/a/0/b}", "{/}"})
    CHECK_THROWS_AS(bound(nothing, {{"a", {1}}}), decode_error);
  CHECK_THROWS_AS(bound("{metadata/x}", event{}), decode_error);
  CHECK(bound("{/}", {{"", 1}}) == nlohmann::json{1});
}
