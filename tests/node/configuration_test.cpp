#include "node/configuration/configuration.hpp"
#include "node/configuration/durations.hpp"
#include "node/configuration/mistake.hpp"

#include <waymark/messages/error.hpp>

#include "tests/catch.hpp"

#include <cstdlib>
#include <fstream>

using namespace std::chrono_literals;
using namespace waymark;
using namespace waymark::node;
using Catch::Matchers::ContainsSubstring;

namespace {

configuration parsed(const std::string& text, const std::vector<std::string>& more = {}) {
  return parse_configuration(text, "/srv/shop/waymark.json", more);
}

/// The mistakes of a text, "path: what" each.
std::vector<std::string> mistakes_of(const std::string& text) {
  try {
    (void)parsed(text);
  } catch (const configuration_error& e) {
    std::vector<std::string> result;
    for (const auto& [path, what] : e.mistakes())
      result.push_back(path.empty() ? what : path + ": " + what);
    return result;
  }
  return {};
}

} // namespace

TEST_CASE("every mistake is told with its path and what was expected") {
  std::ifstream in{WAYMARK_TEST_CONFIGURATIONS};
  const auto cases = ordered_json::parse(in);
  REQUIRE(cases.size() > 20);
  for (const auto& each : cases) {
    INFO(each["case"]);
    const auto text = each["config"].dump();
    CHECK(mistakes_of(text) == each["mistakes"].get<std::vector<std::string>>());
  }
}

TEST_CASE("what is not JSON is told with its place") {
  const auto found = mistakes_of("{\n  \"store\": sqlite\n}");
  REQUIRE(found.size() == 1);
  CHECK_THAT(found.front(), ContainsSubstring("line 2, column 12"));
  CHECK(mistakes_of("").size() == 1);
  CHECK(mistakes_of(std::string(100'000, '[')).size() == 1);
  CHECK_THAT(mistakes_of(std::string(65, '[') + std::string(65, ']')).at(0),
             ContainsSubstring("64 levels"));
}

TEST_CASE("a member that stands twice is a mistake") {
  CHECK(mistakes_of(R"({"store": "memory:", "projections": {"a": {"on": {"A": "SELECT 1"}},
                        "a": {"on": {"A": "SELECT 1"}}}})") ==
        std::vector<std::string>{"/projections/a: stands twice; each name is given once"});
  CHECK(mistakes_of(R"({"store": "memory:", "x": [1, {"a": 1, "a": 2}]})") ==
        std::vector<std::string>{"/x/1/a: stands twice; each name is given once"});
}

TEST_CASE("comments are allowed, and files are meant from the configuration's folder") {
  const auto found = parsed(R"({ // a comment
    "store": "sqlite:log.db", /* another */
    "read_models": {"x": "sqlite:/tmp/x.db"}, "socket": "run/s"})");
  CHECK(found.store == "sqlite:/srv/shop/log.db");
  CHECK(found.read_models.at("x") == "sqlite:/tmp/x.db");
  CHECK(found.socket == "/srv/shop/run/s");
}

TEST_CASE("environment variables are put into texts and never shown") {
  ::setenv("WAYMARK_TEST_SECRET", "s3cret", 1);
  CHECK(parsed(R"({"store": "postgresql://u:${WAYMARK_TEST_SECRET}@h/d"})").store ==
        "postgresql://u:s3cret@h/d");
  CHECK(parsed(R"({"store": "sqlite:/$${x}${WAYMARK_TEST_SECRET}"})").store ==
        "sqlite:/${x}s3cret");
  for (const auto& told : mistakes_of(R"({"store": "${WAYMARK_TEST_SECRET}",
          "drain_deadline": "${WAYMARK_TEST_SECRET}", "log": {"level": "${WAYMARK_TEST_SECRET}"},
          "supervision": {"children": [], "strategy": "${WAYMARK_TEST_SECRET}"}})")) {
    INFO(told);
    CHECK(told.find("s3cret") == std::string::npos);
  }
  const auto kept = parsed(R"({"store": "postgresql://u:${WAYMARK_TEST_SECRET}@h/d"})");
  CHECK(with_defaults(kept).dump().find("s3cret") == std::string::npos);
}

TEST_CASE("projections of the program can be named by supervisors and not be hidden") {
  const auto found =
      parsed(R"({"store": "memory:", "supervision": {"children": ["mine"]}})", {"mine"});
  REQUIRE(found.supervisors.size() == 1);
  CHECK(found.supervisors[0].name == "supervision");
  CHECK(found.supervisors[0].children.at(0).name() == "mine");
  CHECK_THROWS_WITH(
      parsed(R"({"store": "memory:", "projections": {"mine": {"on": {"A": "SELECT 1"}}}})",
             {"mine"}),
      ContainsSubstring("/projections/mine: the program itself has a projection of this name"));
}

TEST_CASE("everything that is written arrives") {
  const auto found = parsed(R"({"store": "memory:", "projections": {"a": {
    "version": 3, "on_new_version": "rebuild", "truncate": ["x", "y"], "tables": "t", "shards": 2,
    "on": {"B": ["SELECT {/x}", "SELECT 2"], "A": "SELECT 1"},
    "retry": {"attempts": 7, "backoff": {"min": "1s", "max": "2m"}},
    "batch": {"max_events": 3, "max_wait": "5ms"}, "on_give_up": "stop", "unhandled": "error"}},
    "supervision": {"strategy": "one_for_all", "intensity": 2, "period": "1h", "children":
      [{"name": "g", "children": ["a"], "restart": "temporary"}]}})");
  const auto& p = found.projections.at(0);
  CHECK(p.version == 3);
  CHECK(p.on_new_version == new_version::rebuild);
  CHECK(p.truncate == std::vector<std::string>{"x", "y"});
  CHECK(p.tables == std::vector<std::string>{"t"});
  REQUIRE(p.on.size() == 2);
  CHECK(p.on[0].event_type == "B");
  CHECK(p.on[0].statements.at(0).sql == "SELECT $1");
  CHECK(p.retry.attempts == 7);
  CHECK(p.retry.backoff.max == 2min);
  CHECK(p.batch.max_events == 3);
  CHECK(p.batch.max_transaction == 5ms);
  CHECK(p.on_give_up == give_up::stop);
  CHECK(p.on_unhandled == unhandled::error);
  const auto& tree = found.supervisors.at(0);
  CHECK(tree.strategy == restart_strategy::one_for_all);
  CHECK(tree.intensity == 2);
  CHECK(tree.period == 1h);
  CHECK(tree.children.at(0).supervisor().restart == restart_kind::temporary);
}

TEST_CASE("the defaults that are shown mean the same as leaving them out") {
  const auto least = parsed(R"({"store": "memory:", "projections": {"a": {"on": {"A": "SELECT 1"}}},
                                "supervision": {"children": [{"name": "g", "children": ["a"]}]}})");
  const auto full = with_defaults(least);
  CHECK(full["projections"]["a"]["retry"]["attempts"] == retry_policy{}.attempts);
  CHECK(full["supervision"]["children"][0]["intensity"] == supervision{}.intensity);
  const auto again = parsed(full.dump());
  CHECK(with_defaults(again)["projections"] == with_defaults(least)["projections"]);
}

TEST_CASE("durations have a unit") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("24h") == 24h);
  for (const auto* wrong : {"", "10", "s", "-1s", "1.5s", "1 s", "1d", "99999999999h", "1ss"})
    CHECK_FALSE(parse_duration(wrong));
  for (const auto each : {0ms, 1ms, 1500ms, 60'000ms, 90'000ms, 3'600'000ms})
    CHECK(parse_duration(to_text(each)) == each);
}

TEST_CASE("a file that can't be read is told") {
  CHECK_THROWS_WITH(read_configuration("/no/such/file.json"),
                    ContainsSubstring("can't read the configuration /no/such/file.json"));
  CHECK_THROWS_WITH(read_configuration("/tmp"), ContainsSubstring("is a folder"));
}
