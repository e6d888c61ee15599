#include <waymark/messages/status.hpp>

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using namespace waymark;
using namespace Catch::Matchers;
using level = health::level;

namespace {

projection_status running() {
  projection_status status;
  status.key = {"order-revenue"};
  status.state = projection_state::running;
  status.position = 12;
  return status;
}

lag behind(double seconds) {
  lag value;
  value.projection = "order-revenue";
  value.lag_seconds = seconds;
  return value;
}

} // namespace

TEST_CASE("health: follows the lag by its two limits") {
  CHECK(health_of(running(), behind(0)).state == level::healthy);
  CHECK(health_of(running(), behind(29.9)).state == level::healthy);
  CHECK(health_of(running(), behind(30)).state == level::degraded);
  CHECK(health_of(running(), behind(299.9)).state == level::degraded);
  CHECK(health_of(running(), behind(300)).state == level::unhealthy);
  CHECK(health_of(running(), behind(5), {1s, 3s}).state == level::unhealthy);
}

TEST_CASE("health: only healthy is 200") {
  CHECK(health_of(running(), behind(0)).http_status == 200);
  CHECK(health_of(running(), behind(30)).http_status == 503);
  CHECK(health_of(running(), behind(1e6)).http_status == 503);
  CHECK(health_of({}, {}).http_status == 503);
}

TEST_CASE("health: is unknown without a checkpoint or a head") {
  auto status = running();
  CHECK(health_of(status, lag{}).state == level::unknown);
  status.position.reset();
  CHECK(health_of(status, behind(0)).state == level::unknown);
}

TEST_CASE("health: a projection at a stand is unhealthy, and says why") {
  auto status = running();
  status.state = GENERATE(projection_state::failed, projection_state::stopped,
                          projection_state::diverged, projection_state::ended);
  status.reason = "no such table: revenue";
  const auto answer = health_of(status, behind(0));
  CHECK(answer.state == level::unhealthy);
  CHECK_THAT(answer.reason, ContainsSubstring(to_string(status.state)));
  CHECK_THAT(answer.reason, ContainsSubstring("no such table: revenue"));
}

TEST_CASE("health: parked keys and an ailing store are degraded at least") {
  auto status = running();
  status.set_aside.parked_keys = 2;
  CHECK(health_of(status, behind(0)).state == level::degraded);
  CHECK_THAT(health_of(status, behind(0)).reason, ContainsSubstring("2 keys"));
  CHECK(health_of(status, behind(301)).state == level::unhealthy);
  status = running();
  status.state = projection_state::degraded;
  status.last_error = "disk is full";
  CHECK(health_of(status, behind(0)).state == level::degraded);
  CHECK_THAT(health_of(status, behind(0)).reason, ContainsSubstring("disk is full"));
  status.state = projection_state::stalled;
  CHECK(health_of(status, behind(0)).state == level::degraded);
}

TEST_CASE("status: states have their names") {
  CHECK(std::string{to_string(projection_state::starting)} == "starting");
  CHECK(std::string{to_string(projection_state::backing_off)} == "backing_off");
  CHECK(std::string{to_string(projection_state::standing_by)} == "standing_by");
  CHECK(std::string{to_string(projection_state::ended)} == "ended");
  CHECK(std::string{to_string(level::unknown)} == "unknown");
}

TEST_CASE("status: a state is found by its name, and says whether it needs somebody") {
  std::vector<std::string> stands;
  for (int i = 0; i < 12; ++i) {
    const auto state = static_cast<projection_state>(i);
    CHECK(parse_projection_state(to_string(state)) == state);
    if (has_come_to_a_stand(state))
      stands.emplace_back(to_string(state));
  }
  CHECK(stands == std::vector<std::string>{"stopped", "failed", "diverged", "ended"});
  CHECK_FALSE(parse_projection_state("unknown"));
  CHECK_FALSE(parse_projection_state(""));
}

TEST_CASE("lag: as JSON, unknown is null") {
  const nlohmann::json empty = lag{};
  for (const auto* name : {"last_event_id", "latest_event_id", "lag_seconds", "last_processed_at"})
    CHECK(empty.at(name).is_null());
  auto value = behind(1.5);
  value.last_event_id = uuid{};
  value.events_processed = 7;
  value.last_processed_at = timestamp{};
  value.time_to_catch_up = 4s;
  const nlohmann::json full = value;
  CHECK(full["projection"] == "order-revenue");
  CHECK(full["last_event_id"] == "00000000-0000-0000-0000-000000000000");
  CHECK(full["lag_seconds"] == 1.5);
  CHECK(full["events_processed"] == 7);
  CHECK(full["last_processed_at"] == "1970-01-01T00:00:00.000000Z");
  CHECK(full["time_to_catch_up_seconds"] == 4);
}

TEST_CASE("status and health: as JSON") {
  const nlohmann::json status = running();
  CHECK(status["projection"] == running().key.projection);
  CHECK(status["dead_letters"] == 0);
  CHECK(status["state"] == "running");
  CHECK(status["position"] == 12);
  CHECK(status["head"].is_null());
  CHECK(status["evidence"]["work"].is_null());
  auto busy = running();
  busy.evidence.work = work_at_hand{.who = {"order-revenue", 1},
                                    .at = work_at_hand::stage::handling,
                                    .lasts = 3s,
                                    .position = 7,
                                    .event_type = "OrderPlaced",
                                    .event_id = uuid{}};
  busy.evidence.lock = lock_wait{"pid 4711", "psql", "idle in transaction"};
  const nlohmann::json more = busy;
  CHECK(more["evidence"]["work"]["projection"] == "order-revenue");
  CHECK(more["evidence"]["work"]["shard"] == 1);
  CHECK(more["evidence"]["work"]["stage"] == "handling");
  CHECK(more["evidence"]["work"]["lasts_ms"] == 3'000);
  CHECK(more["evidence"]["work"]["position"] == 7);
  CHECK(more["evidence"]["lock"]["application"] == "psql");
  const nlohmann::json answer = health_of(running(), behind(0));
  CHECK(answer["status"] == "healthy");
  CHECK(answer["http_status"] == 200);
}
