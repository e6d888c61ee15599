#include "node/configuration/configuration.hpp"
#include "node/configuration/durations.hpp"
#include "node/configuration/mistake.hpp"
#include "node/running_node.hpp"
#include "node/sql/sql_projection.hpp"

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

void set_environment(const ordered_json& of_case) {
  if (const auto found = of_case.find("environment"); found != of_case.end())
    for (const auto& [name, value] : found->items())
      ::setenv(name.c_str(), value.get<std::string>().c_str(), 1);
}

} // namespace

TEST_CASE("every mistake is told with its path and what was expected") {
  std::ifstream in{WAYMARK_TEST_CONFIGURATIONS};
  const auto cases = ordered_json::parse(in);
  REQUIRE(cases.size() > 20);
  for (const auto& each : cases) {
    INFO(each["case"]);
    set_environment(each);
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
  CHECK_THAT(mistakes_of(std::string(257, '[') + std::string(257, ']')).at(0),
             ContainsSubstring("256 levels"));
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
  ::setenv("WAYMARK_TEST_SECRET", "a/b@c#d?e%20f%g", 1);
  CHECK(parsed(R"({"store": "postgresql://u:x${WAYMARK_TEST_SECRET}@h/d?user=u"})").store ==
        "postgresql://u:xa%2Fb%40c%23d%3Fe%20f%25g@h/d?user=u");
  ::setenv("WAYMARK_TEST_SECRET", "u:s3cret@h/d", 1);
  for (const auto* whole : {R"({"store": "postgresql://${WAYMARK_TEST_SECRET}"})",
                            R"({"store": "postgresql://u:s3cret@${WAYMARK_TEST_SECRET}"})"})
    CHECK_THAT(parsed(whole).store, ContainsSubstring("u:s3cret@h/d"));
  ::setenv("WAYMARK_TEST_SECRET", "s3cret", 1);
  const auto kept = parsed(R"({"store": "postgresql://u:${WAYMARK_TEST_SECRET}@h/d"})");
  CHECK(with_defaults(kept).dump().find("s3cret") == std::string::npos);
}

TEST_CASE("projections of the program can be named by supervisors and not be hidden") {
  const auto found =
      parsed(R"({"store": "memory:", "supervision": {"children": ["mine"]}})", {"mine"});
  REQUIRE(found.engine.supervisors.size() == 1);
  CHECK(found.engine.supervisors[0].name == "supervision");
  CHECK(found.engine.supervisors[0].children.at(0).name() == "mine");
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
    "retry_letters": {"rounds": 4, "backoff": {"min": "3s", "max": "9s"}},
    "park_limits": {"per_key": 10, "per_projection": 20}, "handler_timeout": "4s",
    "batch": {"max_events": 3, "max_transaction": "7ms", "max_wait": "5ms"},
    "on_give_up": "stop", "unhandled": "error"}},
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
  CHECK(p.batch.max_transaction == 7ms);
  CHECK(p.batch.max_wait == 5ms);
  CHECK(p.retry_letters.rounds == 4);
  CHECK(p.retry_letters.backoff.min == 3s);
  CHECK(p.park_limits.per_key == 10);
  CHECK(p.park_limits.per_projection == 20);
  CHECK(p.handler_timeout == 4s);
  CHECK(p.on_give_up == give_up::stop);
  CHECK(p.on_unhandled == unhandled::error);
  const auto& tree = found.engine.supervisors.at(0);
  CHECK(tree.strategy == restart_strategy::one_for_all);
  CHECK(tree.intensity == 2);
  CHECK(tree.period == 1h);
  CHECK(tree.children.at(0).supervisor().restart == restart_kind::temporary);
}

TEST_CASE("what is said of a projection reaches its handlers' spec") {
  const auto found = parsed(R"({"store": "memory:", "projections": {"a": {"on": {"A": "SELECT 1"},
    "retry_letters": {"rounds": 4}, "park_limits": {"per_key": 10}, "handler_timeout": "4s",
    "batch": {"max_transaction": "7ms", "max_wait": "5ms"}}}})");
  const auto spec = make_projection(found.projections.at(0), open("memory:").projections);
  CHECK(spec->retry_letters.rounds == 4);
  CHECK(spec->parking.per_key == 10);
  CHECK(spec->handler_timeout == 4s);
  CHECK(spec->batch.max_transaction == 7ms);
  CHECK(spec->batch.max_wait == 5ms);
}

TEST_CASE("what is said of the node reaches its engine") {
  const auto found = parsed(R"({"store": "memory:", "drain_deadline": "2s", "owner_timeout": "3s",
    "poll_interval": "4ms", "passed_save_interval": "5s", "stalled_after": "6s",
    "handler_timeout": "7s", "failed_retry": "8s", "record_crashes": false, "cache_bytes": 9000,
    "threads": 3, "store_backoff": {"min": "1ms", "max": "2ms"}, "log": {"level": "error"},
    "health": {"warning": "10s"}})");
  const auto options = options_of(found);
  CHECK(options.drain_deadline == 2s);
  CHECK(options.owner_timeout == 3s);
  CHECK(options.poll_interval == 4ms);
  CHECK(options.passed_save_interval == 5s);
  CHECK(options.stalled_after == 6s);
  CHECK(options.handler_timeout == 7s);
  CHECK(options.failed_retry == 8s);
  CHECK_FALSE(options.record_crashes);
  CHECK(options.cache_bytes == 9000);
  CHECK(options.threads == 3);
  CHECK(options.store_backoff.max == 2ms);
  CHECK(options.log.level == log_level::error);
  CHECK(options.health.warning == 10s);
  CHECK(options.on_unrecoverable); // a node ends, to be started again
}

TEST_CASE("the defaults that are shown mean the same as leaving them out") {
  const auto least = parsed(R"({"store": "memory:", "projections": {"a": {"on": {"A": "SELECT 1"}}},
                                "supervision": {"children": [{"name": "g", "children": ["a"]}]}})");
  const auto full = with_defaults(least);
  CHECK(full["projections"]["a"]["retry"]["attempts"] == retry_policy{}.attempts);
  CHECK(full["supervision"]["children"][0]["intensity"] == supervision{}.intensity);
  CHECK(full["projections"]["a"]["handler_timeout"] == full["handler_timeout"]);
  CHECK(with_defaults(parsed(full.dump())) == full);
  CHECK(with_defaults(parsed(R"({"store": "memory:"})"))["supervision"]["strategy"] ==
        "one_for_one");
}

TEST_CASE("every configuration is taken again with its defaults filled in") {
  std::ifstream in{WAYMARK_TEST_CONFIGURATIONS};
  for (const auto& each : ordered_json::parse(in)) {
    if (!each["mistakes"].empty())
      continue;
    INFO(each["case"]);
    set_environment(each);
    const auto full = with_defaults(parsed(each["config"].dump()));
    const auto text = full.dump();
    CHECK(mistakes_of(text) == std::vector<std::string>{});
    CHECK(with_defaults(parsed(text)) == full);
  }
}

TEST_CASE("supervisors stand in each other more than a hundred times") {
  std::string text = R"({"children": []})";
  for (int i = 0; i < 120; ++i)
    text = R"({"children": [{"name": "s)" + std::to_string(i) + R"(", )" + text.substr(1) + "]}";
  CHECK(mistakes_of(R"({"store": "memory:", "supervision": )" + text + "}").empty());
}

TEST_CASE("durations have a unit") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("24h") == 24h);
  for (const auto* wrong : {"", "10", "s", "-1s", "1.5s", "1 s", "1d", "99999999999h", "1ss"})
    CHECK_FALSE(parse_duration(wrong));
  for (const auto* longer : {"8785h", "99999999999999999999ms"})
    CHECK(is_too_long(longer));
  for (const auto* other : {"8784h", "-9000h", "9000d", "99999999999999999999"})
    CHECK_FALSE(is_too_long(other));
  for (const auto each : {0ms, 1ms, 1500ms, 60'000ms, 90'000ms, 3'600'000ms})
    CHECK(parse_duration(to_text(each)) == each);
}

TEST_CASE("a file that can't be read is told") {
  CHECK_THROWS_WITH(read_configuration("/no/such/file.json"),
                    ContainsSubstring("can't read the configuration /no/such/file.json"));
  CHECK_THROWS_WITH(read_configuration("/tmp"), ContainsSubstring("is a folder"));
}
