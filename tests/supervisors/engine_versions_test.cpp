// Events of an older or newer schema than the code, through the engine.
#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/messages/upcasters.hpp>

using namespace waymark;
using namespace waymark::test;

namespace versions_test {
struct paid {
  std::string day;
  std::int64_t cents = 0;
};
WAYMARK_EVENT_V(paid, 2, "Paid", "Order", day, cents);
} // namespace versions_test

namespace {

using versions_test::paid;

/// Version 1 had whole euros.
struct paid_history {
  paid_history() {
    upcasters::register_upcaster("Paid", 1, [](nlohmann::json data) {
      data["cents"] = 100 * data.at("euros").get<std::int64_t>();
      return data;
    });
  }
  ~paid_history() { upcasters::forget("Paid"); }
};

projection paid_revenue() {
  return shop::revenue_tables().on<paid>(
      [](read_model& db, const paid& e) { db.execute(shop::add_to_day, e.day, e.cents); });
}

append_command paid_as(int version, const std::string& json) {
  append_command command;
  command.stream = {"Order", "o-1"};
  new_event e;
  e.event_type = "Paid";
  e.schema_version = version;
  e.data = payload::from_json(json);
  command.events.push_back(std::move(e));
  return command;
}

} // namespace

TEST_CASE("an event of an older schema is lifted before its handler sees it") {
  engine_fixture test;
  const paid_history history;
  engine it{test.open_file(), test.options()};
  it.start(paid_revenue());
  it.append(paid_as(1, R"({"day": "monday", "euros": 3})"));
  const auto token = it.append("o-1", any_version, paid{"monday", 25});
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 325);
}

TEST_CASE("an event newer than the code is the projection's fault: nothing passes, no letter") {
  engine_fixture test;
  const paid_history history;
  engine it{test.open_file(), test.options()};
  it.start(paid_revenue());
  const auto good = it.append("o-1", no_stream, paid{"monday", 25});
  CHECK(it.wait_until("revenue", good, patience) == wait_result::reached);
  const auto newer = it.append(paid_as(3, R"({"day": "monday", "cents": 1})"));
  CHECK(it.wait_until("revenue", newer, patience) == wait_result::stopped);
  CHECK(it.status("revenue").state == projection_state::failed);
  CHECK(it.status("revenue").passed == good.last_position);
  CHECK(it.dead_letters().empty());
  CHECK_THAT(it.explain("revenue"), Catch::Matchers::ContainsSubstring("Paid"));
}
