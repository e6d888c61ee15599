#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("options that can't work are refused by name before anything runs") {
  const auto refused = [](const char* name, auto change) {
    engine_options options;
    change(options);
    CAPTURE(name);
    CHECK_THROWS_AS(engine(open("memory:"), options), usage_error);
    CHECK_THROWS_WITH(engine(open("memory:"), options), Catch::Matchers::ContainsSubstring(name));
  };
  refused("owner_timeout", [](engine_options& o) { o.owner_timeout = 9ms; });
  refused("poll_interval", [](engine_options& o) { o.poll_interval = 0ms; });
  refused("passed_save_interval", [](engine_options& o) { o.passed_save_interval = 0ms; });
  refused("page_events", [](engine_options& o) { o.page_events = 0; });
  refused("page_bytes", [](engine_options& o) { o.page_bytes = 0; });
  refused("append_queue", [](engine_options& o) { o.append_queue = 0; });
  refused("append_group", [](engine_options& o) { o.append_group = 0; });
  refused("store_backoff", [](engine_options& o) { o.store_backoff.max = 1ms; });
  refused("supervision tree", [](engine_options& o) { o.supervisors = {{.name = ""}}; });
  CHECK_THROWS_WITH(engine(store{}), Catch::Matchers::ContainsSubstring("opened store"));
}

TEST_CASE("a name that stands twice in a list of projections starts none of them") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  CHECK_THROWS_WITH(it.start({shop::revenue().freeze(), shop::revenue().freeze()}),
                    Catch::Matchers::ContainsSubstring("two projections are named \"revenue\""));
  CHECK(it.names().empty());
}
