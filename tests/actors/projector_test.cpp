#include "tests/catch.hpp"

#include "testing/splitting_log.hpp"
#include "tests/actors/core_fixture.hpp"
#include "tests/simulation/forwarding_store.hpp"

#include <waymark/actors/projector.hpp>
#include <waymark/messages/error.hpp>

namespace waymark::test {

namespace {

using positions = std::vector<std::int64_t>;

void append(event_store& log, const std::string& id) {
  append_command command;
  command.stream = {"Thing", id};
  command.events.push_back(json_event("X", "{}"));
  log.append(command);
}

/// Has the record for some more calls, then none.
class short_lived_records final : public sim::forwarding_store {
 public:
  using forwarding_store::forwarding_store;
  [[nodiscard]] std::optional<waymark::checkpoint> load(const shard_key& key) override {
    return loads-- > 0 ? forwarding_store::load(key) : std::nullopt;
  }
  int loads = 1'000'000;
};

} // namespace

TEST_CASE("a projector handles an event once") {
  const auto at = open("memory:");
  projector by{seeing(), at.projections};
  by.handle(made_event(1, "a"));
  by.handle(made_event(1, "a"));
  by.handle(made_event(2, "a"));
  CHECK(seen_in(*at.projections) == positions{1, 2});
  CHECK(by.checkpoint()->position == 2);
  by.reset();
  CHECK_FALSE(by.checkpoint().has_value());
  CHECK(seen_in(*at.projections).empty());
}

TEST_CASE("a projector without a projection or a store is refused") {
  const auto at = open("memory:");
  CHECK_THROWS_AS((projector{spec_ptr{}, at.projections}), usage_error);
  CHECK_THROWS_WITH((projector{seeing(), nullptr}),
                    Catch::Matchers::ContainsSubstring("needs a store for its records"));
}

TEST_CASE("a projector resumes from its checkpoint, and rebuilds from nothing") {
  const auto at = open("memory:");
  append(*at.events, "a");
  append(*at.events, "b");
  projector by{seeing(), at.projections};
  CHECK(by.resume(*at.events) == 2);
  append(*at.events, "c");
  CHECK(by.resume(*at.events) == 1);
  CHECK(by.lag(*at.events)->events == 0);
  CHECK(by.rebuild(*at.events) == 3);
  CHECK(seen_in(*at.projections) == positions{1, 2, 3});
}

TEST_CASE("a projector refuses to begin again on top of what its tables hold") {
  const auto at = open("memory:");
  append(*at.events, "a");
  projection adds{"adds"};
  adds.table("CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY)")
      .on("X", [](read_model& db, const nlohmann::json&, const event& e) {
        db.execute("INSERT INTO seen SELECT $1 + count(*) FROM seen", e.position);
      });
  projector by{std::move(adds), at.projections};
  CHECK(by.resume(*at.events) == 1);
  const auto refused =
      Catch::Matchers::ContainsSubstring("\"adds\" does not say how to empty its tables");
  CHECK_THROWS_WITH(by.reset(), refused);
  CHECK_THROWS_WITH(by.rebuild(*at.events), refused);
  CHECK_THROWS_AS(by.rebuild(*at.events), usage_error);
  append(*at.events, "b");
  CHECK(by.resume(*at.events) == 1); // and has lost nothing by that
  CHECK(seen_in(*at.projections) == positions{1, 3});
}

TEST_CASE("a projector's lag in seconds is by the log's clock, and never below 0") {
  manual_clock time;
  const auto at = open("memory:", {.clock = &time});
  append(*at.events, "a");
  projector by{seeing(), at.projections};
  CHECK(by.resume(*at.events) == 1);
  CHECK(by.lag(*at.events)->lag_seconds == 0.0);
  append(*at.events, "b");
  time.advance(std::chrono::seconds{90});
  append(*at.events, "c");
  CHECK(by.lag(*at.events)->lag_seconds == 90.0);
  time.advance(std::chrono::seconds{-100});
  CHECK(by.lag(*at.events)->lag_seconds == 0.0);
}

TEST_CASE("a projector's lag is empty when its record goes away, and no crash") {
  const auto at = open("memory:");
  append(*at.events, "a");
  const auto records = std::make_shared<short_lived_records>(at.projections);
  projector by{seeing(), records};
  CHECK(by.resume(*at.events) == 1);
  records->loads = 1; // then another process resets it
  CHECK(by.lag(*at.events)->events == 0);
  CHECK_FALSE(by.lag(*at.events));
}

TEST_CASE("a projector whose log was swapped for another says so") {
  const auto at = open("memory:");
  const auto other = open("memory:");
  append(*at.events, "a");
  append(*other.events, "b");
  CHECK(projector(seeing(), at.projections).resume(*at.events) == 1);
  projector by{seeing(), at.projections};
  CHECK_THROWS_AS(by.resume(*other.events), usage_error);
  CHECK_THROWS_WITH(by.resume(*other.events),
                    Catch::Matchers::ContainsSubstring("reset the projection"));
  CHECK(by.rebuild(*other.events) == 1);
}

TEST_CASE("two projectors of one process are two owners") {
  const auto at = open("memory:");
  {
    projector first{seeing(), at.projections};
    first.handle(made_event(1, "a"));
    projector second{seeing(), at.projections};
    CHECK_THROWS_AS(second.handle(made_event(2, "b")), usage_error);
    first.handle(made_event(2, "b"));
  }
  projector third{seeing(), at.projections};
  third.handle(made_event(3, "c"));
  CHECK(third.checkpoint()->events_processed == 3);
}

TEST_CASE("a projector waits between attempts, then gives the event up") {
  const auto at = open("memory:");
  std::vector<std::chrono::milliseconds> waits;
  projector_options options;
  options.sleep = [&](std::chrono::milliseconds delay) { waits.push_back(delay); };
  projector by{seeing().retry({.attempts = 3}), at.projections, options};
  by.handle(made_event(1, "bad"));
  by.handle(made_event(2, "a"));
  CHECK(waits.size() == 2);
  CHECK(at.projections->counts({"p", 0}).letters == 1);
  CHECK(seen_in(*at.projections) == positions{2});
}

TEST_CASE("a projector that stands says so at every call") {
  const auto at = open("memory:");
  projector_options options;
  options.sleep = [](std::chrono::milliseconds) {};
  SECTION("before an event") {
    projector by{seeing().retry({.attempts = 1}).on_give_up(give_up::stop), at.projections,
                 options};
    CHECK_THROWS_AS(by.handle(made_event(1, "bad")), usage_error);
    CHECK_THROWS_AS(by.handle(made_event(2, "a")), usage_error);
  }
  SECTION("for its own fault") {
    projector by{projection{"p"}.on("X",
                                    [](read_model& db, const nlohmann::json&) {
                                      db.execute("INSERT INTO missing VALUES (1)");
                                    }),
                 at.projections, options};
    CHECK_THROWS_AS(by.handle(made_event(1, "a")), projection_error);
    CHECK_THROWS_AS(by.handle(made_event(1, "a")), projection_error);
  }
}

TEST_CASE("a projector goes on where it was once the log can be read again") {
  const auto at = open("memory:");
  append(*at.events, "a");
  append(*at.events, "b");
  bool away = false;
  testing::splitting_log log{*at.events, [&]() -> std::size_t {
                               if (std::exchange(away, false))
                                 throw store_error{"the log is away"};
                               return 1;
                             }};
  std::vector<position_t> seen;
  projector by{projection::in_memory<int>("n").on(
                   "X", [&](int&, const nlohmann::json&, const event& e) {
                     seen.push_back(e.position);
                     away = e.position == 1;
                   }),
               at.projections};
  SECTION("at its beginning") {
    away = true;
    CHECK_THROWS_AS(by.resume(log), store_error);
    away = false;
    by.handle(made_event(1, "a"));
    CHECK(seen == positions{1});
  }
  SECTION("in the middle") {
    CHECK_THROWS_AS(by.resume(log), store_error);
    CHECK(by.resume(log) == 1);
    CHECK(seen == positions{1, 2});
  }
  SECTION("of a rebuild") {
    CHECK_THROWS_AS(by.rebuild(log), store_error);
    CHECK(by.resume(log) == 1);
    CHECK(by.lag(log)->events == 0);
  }
}

TEST_CASE("a projector that is full says so, and runs nobody's handler") {
  const auto at = open("memory:");
  projector_options options;
  options.sleep = [](std::chrono::milliseconds) { throw std::logic_error{"it waits for room"}; };
  projector by{seeing().retry({.attempts = 1}).park_limits({.per_key = 2}), at.projections,
               options};
  by.handle(made_event(1, "bad"));
  by.handle(made_event(2, "bad"));
  CHECK_THROWS_WITH(by.handle(made_event(3, "bad")),
                    Catch::Matchers::ContainsSubstring("until letters are retried or discarded"));
  CHECK_THROWS_AS(by.handle(made_event(3, "bad")), usage_error);
  CHECK(seen_in(*at.projections).empty());
}

} // namespace waymark::test
