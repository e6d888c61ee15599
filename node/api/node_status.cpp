#include "node/api/node_status.hpp"

#include <waymark/supervisors/restart_strategy.hpp>

#include <nlohmann/json.hpp>

namespace waymark::node {

using nlohmann::json;

json to_json(const projection_status& status, const lag& behind,
             const health_thresholds& thresholds) {
  const auto judged = health_of(status, behind, thresholds);
  json result = status;
  result.erase("shard"); // all of them are in it
  const json lag_members = behind;
  result["lag_events"] = lag_members["events"];
  for (const auto* member :
       {"lag_seconds", "time_to_catch_up_seconds", "events_processed", "last_processed_at"})
    result[member] = lag_members[member];
  result["health"] = to_string(judged.state);
  result["health_reason"] = judged.reason;
  return result;
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
