#include "node/sql/placeholders.hpp"

#include "node/sql/sql_handler.hpp"

#include <waymark/messages/error.hpp>

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace waymark;
using namespace waymark::node;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What a statement becomes: its SQL, then its placeholders, or its mistakes.
std::string shown(std::string_view text) {
  const auto parsed = parse_placeholders(text);
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

nlohmann::json bound(std::string_view text, const nlohmann::json& data, const event& e = {}) {
  recording_model model;
  run_statements({parse_placeholders(text).statement}, model, data, e);
  return model.values;
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

  CHECK(shown("{/a} $1") == "$1 $1 | /a ! 5");
  CHECK(parse_placeholders("SELECT '$1'").mistakes.empty());
}

TEST_CASE("a placeholder within quotes or a comment would be text and is refused") {
  for (const auto* wrong : {"'{/a}'", "\"{/a}\"", "-- {/a}", "/* /* */ {/a} */", "$x$ {/a} $x$",
                            "E'\\' {/a}'", "'it''s {/a}'"}) {
    INFO(wrong);
    CHECK(parse_placeholders(wrong).mistakes.size() == 1);
  }
  for (const auto* right : {"'a' || {/a}", "E'\\'' || {/a}", "-- x\n {/a}", "/* /* */ */ {/a}",
                            "$$x$$ || {/a}", "'it''s' || {/a}", "x$y || {/a}"}) {
    INFO(right);
    CHECK(parse_placeholders(right).mistakes.empty());
  }
}

TEST_CASE("values keep their kind") {
  const auto data = nlohmann::json::parse(
      R"({"i": -7, "u": 7, "d": 1.5, "s": "x'y", "t": true, "n": null, "o": {"k": [1]}, "l": []})");
  CHECK(bound("{/i} {/u} {/d} {/s} {/t} {/n} {/o} {/l} {/o/k/0} {/z?}", data) ==
        nlohmann::json::parse(R"([-7, 7, 1.5, "x'y", true, null, "{\"k\":[1]}", "[]", 1, null])"));
  CHECK_THROWS_AS(bound("{/u}", {{"u", std::uint64_t{1} << 63}}), decode_error);
}

TEST_CASE("the envelope can be bound, and what it does not have is NULL") {
  event e;
  e.position = 17;
  e.aggregate_id = "o-1";
  e.metadata = R"({"source": {"host": "a"}})";
  CHECK(bound("{position} {aggregate_id} {tenant_id} {metadata/source/host} {metadata/x?}", {},
              e) == nlohmann::json::parse(R"([17, "o-1", null, "a", null])"));
  CHECK(bound("{recorded_at}", {}, e) == nlohmann::json{"1970-01-01T00:00:00.000000Z"});
}

TEST_CASE("a pointer that finds nothing is a fault of the event") {
  CHECK_THROWS_WITH(bound("{/a/1}", {{"a", {1}}}), ContainsSubstring("{/a/1} finds nothing") &&
                                                       ContainsSubstring("{/a/1?}"));
  for (const auto* nothing : {"{/a/01}", "{/a/-}", "{/a/x}", "{/a/0/b}", "{/}"})
    CHECK_THROWS_AS(bound(nothing, {{"a", {1}}}), decode_error);
  CHECK_THROWS_AS(bound("{metadata/x}", {}), decode_error);
  CHECK(bound("{/}", {{"", 1}}) == nlohmann::json{1});
}
