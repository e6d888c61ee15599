#include "node/api/node_status.hpp"

#include <waymark/supervisors/restart_strategy.hpp>

#include <nlohmann/json.hpp>

namespace waymark::node {

using nlohmann::json;

namespace {

template <class T>
json value_or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

template <class T>
json text_or_null(const std::optional<T>& value) {
  return value ? json(to_string(*value)) : json();
}

} // namespace

json to_json(const projection_status& status, const lag& behind,
             const health_thresholds& thresholds) {
  const auto judged = health_of(status, behind, thresholds);
  return {{"name", status.key.projection},
          {"state", to_string(status.state)},
          {"reason", status.reason},
          {"since", to_string(status.since)},
          {"position", value_or_null(status.position)},
          {"passed", status.passed},
          {"head", value_or_null(status.head)},
          {"lag_events", value_or_null(behind.events)},
          {"lag_seconds", value_or_null(behind.lag_seconds)},
          {"catch_up_seconds",
           behind.time_to_catch_up ? json(behind.time_to_catch_up->count()) : json()},
          {"events_per_second", status.events_per_second},
          {"events_processed", behind.events_processed},
          {"last_processed_at", text_or_null(behind.last_processed_at)},
          {"restarts", status.restarts},
          {"dead_letters", status.set_aside.letters},
          {"parked_keys", status.set_aside.parked_keys},
          {"parked_events", status.set_aside.parked_events},
          {"last_error", value_or_null(status.last_error)},
          {"evidence", status.evidence},
          {"health", to_string(judged.state)},
          {"health_reason", judged.reason}};
}

json status_of(const engine& of, const std::string& name, const health_thresholds& thresholds) {
  return to_json(of.status(name), of.lag(name), thresholds);
}

json to_json(const child_snapshot& part) {
  json result{{"name", part.name},
              {"kind", part.kind == child_kind::supervisor ? "supervisor" : "worker"},
              {"state", to_string(part.state)},
              {"restarts", part.restarts},
              {"last_reason", part.last_reason},
              {"next_try_ms", part.next_try_in.count()}};
  if (part.kind == child_kind::supervisor) {
    auto& children = result["children"] = json::array();
    for (const auto& child : part.children)
      children.push_back(to_json(child));
  }
  return result;
}

} // namespace waymark::node
