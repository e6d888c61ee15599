#include <waymark/messages/status.hpp>

#include "messages/json_or_null.hpp"

#include <cstdio>

namespace waymark {

namespace {

using nlohmann::json;

health verdict(health::level state, std::string reason) {
  return {state, state == health::level::healthy ? 200 : 503, std::move(reason)};
}

std::string in_seconds(double seconds) {
  char text[400]; // A double with one decimal place takes at most 312 characters.
  const int length = std::snprintf(text, sizeof(text), "%.1f s", seconds);
  return {text, static_cast<std::size_t>(length)};
}

std::string because(std::string what, const projection_status& status) {
  if (!status.reason.empty())
    what += ": " + status.reason;
  else if (status.last_error)
    what += ": " + *status.last_error;
  return what;
}

std::string lag_against(double seconds, std::chrono::seconds limit) {
  return "the lag of " + in_seconds(seconds) + " has reached the limit of " +
         std::to_string(limit.count()) + " s";
}

} // namespace

const char* to_string(projection_state state) noexcept {
  switch (state) {
  case projection_state::starting:
    return "starting";
  case projection_state::running:
    return "running";
  case projection_state::stalled:
    return "stalled";
  case projection_state::backing_off:
    return "backing_off";
  case projection_state::paused:
    return "paused";
  case projection_state::stopped:
    return "stopped";
  case projection_state::failed:
    return "failed";
  case projection_state::degraded:
    return "degraded";
  case projection_state::standing_by:
    return "standing_by";
  case projection_state::diverged:
    return "diverged";
  case projection_state::draining:
    return "draining";
  case projection_state::ended:
    return "ended";
  }
  return "unknown";
}

std::optional<projection_state> parse_projection_state(std::string_view name) noexcept {
  for (int i = 0; i <= static_cast<int>(projection_state::ended); ++i)
    if (const auto state = static_cast<projection_state>(i); name == to_string(state))
      return state;
  return std::nullopt;
}

bool has_come_to_a_stand(projection_state state) noexcept {
  return state == projection_state::failed || state == projection_state::stopped ||
         state == projection_state::diverged || state == projection_state::ended;
}

const char* to_string(health::level state) noexcept {
  switch (state) {
  case health::level::healthy:
    return "healthy";
  case health::level::degraded:
    return "degraded";
  case health::level::unhealthy:
    return "unhealthy";
  case health::level::unknown:
    return "unknown";
  }
  return "unknown";
}

health health_of(const projection_status& status, const lag& behind,
                 const health_thresholds& thresholds) {
  using level = health::level;
  if (has_come_to_a_stand(status.state))
    return verdict(level::unhealthy,
                   because(std::string{"the projection is "} + to_string(status.state), status));
  if (status.state == projection_state::stalled && status.evidence.unrecoverable)
    return verdict(level::unhealthy, "the projection is stalled for good in this process: " +
                                         status.evidence.stalled.value_or(status.reason));
  if (!status.position)
    return verdict(level::unknown, "there is no checkpoint yet");
  if (!behind.lag_seconds)
    return verdict(level::unknown, because("the lag is unknown", status));
  const double seconds = *behind.lag_seconds;
  if (seconds >= static_cast<double>(thresholds.critical.count()))
    return verdict(level::unhealthy, lag_against(seconds, thresholds.critical));
  if (status.state == projection_state::degraded)
    return verdict(level::degraded, because("the store can't serve now", status));
  if (status.state == projection_state::stalled)
    return verdict(level::degraded, because("the projection is stalled", status));
  if (status.set_aside.parked_keys > 0)
    return verdict(level::degraded,
                   std::to_string(status.set_aside.parked_keys) +
                       (status.set_aside.parked_keys == 1 ? " key is" : " keys are") +
                       " parked behind dead letters");
  if (seconds >= static_cast<double>(thresholds.warning.count()))
    return verdict(level::degraded, lag_against(seconds, thresholds.warning));
  return verdict(level::healthy, "the lag is " + in_seconds(seconds));
}

void to_json(json& out, const lag& value) {
  out = json{{"projection", value.projection},
             {"last_event_id", or_null(value.last_event_id)},
             {"latest_event_id", or_null(value.latest_event_id)},
             {"events", or_null(value.events)},
             {"lag_seconds", or_null(value.lag_seconds)},
             {"time_to_catch_up_seconds",
              value.time_to_catch_up ? json(value.time_to_catch_up->count()) : json()},
             {"events_processed", value.events_processed},
             {"last_processed_at", or_null(value.last_processed_at)}};
}

void to_json(json& out, const projection_status& value) {
  out = json{{"projection", value.key.projection},
             {"shard", value.key.shard},
             {"state", to_string(value.state)},
             {"reason", value.reason},
             {"position", or_null(value.position)},
             {"passed", value.passed},
             {"head", or_null(value.head)},
             {"events_per_second", value.events_per_second},
             {"restarts", value.restarts},
             {"dead_letters", value.set_aside.letters},
             {"parked_keys", value.set_aside.parked_keys},
             {"parked_events", value.set_aside.parked_events},
             {"last_error", or_null(value.last_error)},
             {"since", to_string(value.since)},
             {"evidence", value.evidence}};
}

void to_json(json& out, const health& value) {
  out = json{{"status", to_string(value.state)},
             {"http_status", value.http_status},
             {"reason", value.reason}};
}

} // namespace waymark
