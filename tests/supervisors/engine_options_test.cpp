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
  refused("cache_bytes", [](engine_options& o) { o.cache_bytes = 0; });
  refused("stalled_after", [](engine_options& o) { o.stalled_after = -1ms; });
  refused("handler_timeout", [](engine_options& o) { o.handler_timeout = -1ms; });
  refused("failed_retry", [](engine_options& o) { o.failed_retry = -1ms; });
  refused("drain_deadline", [](engine_options& o) { o.drain_deadline = -1ms; });
  refused("threads", [](engine_options& o) { o.threads = -1; });
  refused("health", [](engine_options& o) { o.health = {31s, 30s}; });
  static constexpr auto max = std::chrono::milliseconds::max();
  refused("owner_timeout", [](engine_options& o) { o.owner_timeout = max; });
  refused("poll_interval", [](engine_options& o) { o.poll_interval = max; });
  refused("passed_save_interval", [](engine_options& o) { o.passed_save_interval = max; });
  refused("stalled_after", [](engine_options& o) { o.stalled_after = max; });
  refused("handler_timeout", [](engine_options& o) { o.handler_timeout = max; });
  refused("failed_retry is 9223372036854775807 ms, too large; it must be at most 366 days "
          "(0: never)",
          [](engine_options& o) { o.failed_retry = max; });
  refused("store_backoff", [](engine_options& o) { o.store_backoff.max = max; });
  refused("store_backoff", [](engine_options& o) { o.store_backoff.max = 1ms; });
  refused("supervision tree", [](engine_options& o) { o.supervisors = {{.name = ""}}; });
  CHECK_THROWS_WITH(engine(store{}), Catch::Matchers::ContainsSubstring("opened store"));
}

namespace {

template <class... Args>
concept stops = requires(engine& it, Args... args) { it.stop(args...); };

} // namespace

TEST_CASE("a null projection is refused, and 0 is no deadline") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  const auto says_how = Catch::Matchers::ContainsSubstring("std::move(builder).freeze()");
  CHECK_THROWS_WITH(it.start(spec_ptr{}), says_how);
  CHECK_THROWS_WITH(it.start({shop::revenue().freeze(), spec_ptr{}}), says_how);
  CHECK(it.names().empty());
  STATIC_REQUIRE(stops<>);
  STATIC_REQUIRE(stops<std::chrono::seconds>);
  STATIC_REQUIRE(stops<const char*>);
  STATIC_REQUIRE(stops<std::string>);
  STATIC_REQUIRE(stops<std::nullopt_t>);
  STATIC_REQUIRE_FALSE(stops<std::nullptr_t>); // what a literal 0 would become
}

TEST_CASE("a name that stands twice in a list of projections starts none of them") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  CHECK_THROWS_WITH(it.start({shop::revenue().freeze(), shop::revenue().freeze()}),
                    Catch::Matchers::ContainsSubstring("two projections are named \"revenue\""));
  CHECK(it.names().empty());
}

TEST_CASE("as long as a duration can say is for ever, wherever one waits") {
  constexpr auto for_ever = std::chrono::milliseconds::max();
  engine_fixture test;
  for (const auto& address : {std::string{"memory:"}, test.folder.address()}) {
    CAPTURE(address);
    auto options = test.options();
    options.drain_deadline = for_ever;
    engine it{open(address), options};
    it.start(shop::revenue());
    std::atomic<bool> woken{false};
    std::thread waiting{[&] {
      CHECK(it.wait_until("revenue", position_t{1}, for_ever) == wait_result::reached);
      CHECK(it.log().wait_for(0, for_ever) == 1);
      woken = true;
    }};
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(woken);
    place_orders(it, 1);
    waiting.join();
    letter_selection all;
    all.all = true;
    CHECK(it.retry(all, {.timeout = for_ever}).keys.empty());
    it.rebuild("revenue", {}, {.timeout = for_ever});
    CHECK(it.stop());
  }
}

TEST_CASE("stores refuse times that can't be added up") {
  constexpr auto max = std::chrono::milliseconds::max();
  CHECK_THROWS_AS(open("memory:", {.poll_interval = max}), usage_error);
  CHECK_THROWS_AS(open("memory:", {.fallback_poll = max}), usage_error);
  CHECK_THROWS_AS(open("memory:", {.handler_timeout = max}), usage_error);
}

TEST_CASE("a projection that could not be started leaves no claim behind") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "taken"}};
  auto store = test.open_file();
  engine it{store, options};
  auto refused = projection{"taken"}
                     .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
                     .freeze();
  auto after = projection{"after"}
                   .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
                   .freeze();
  // All are noted to be claimed together, by the first of them that claims.
  CHECK_THROWS_AS(it.start({shop::revenue().freeze(), refused, after}), usage_error);
  CHECK(it.names() == std::vector<std::string>{"revenue"});
  CHECK(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  for (const char* name : {"taken", "after"}) {
    CAPTURE(name);
    const auto record = store.projections->load({name, 0});
    CHECK_FALSE((record && record->owner));
  }
}
