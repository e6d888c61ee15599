#include "node/configuration/configuration.hpp"

#include "node/configuration/durations.hpp"

#include <filesystem>

namespace waymark::node {

namespace {

ordered_json to_json(const backoff_policy& from) {
  return {{"min", to_text(from.min)},
          {"max", to_text(from.max)},
          {"factor", from.factor},
          {"jitter", from.jitter}};
}

ordered_json default_projection() {
  const sql_projection p;
  return {{"version", p.version},
          {"on_new_version", "resume"},
          {"tables", ordered_json::array()},
          {"truncate", ordered_json::array()},
          {"shards", p.shards},
          {"retry",
           {{"attempts", p.retry.attempts},
            {"backoff", to_json(p.retry.backoff)},
            {"give_ups_in_a_row", p.retry.give_ups_in_a_row},
            {"max_crashes", p.retry.max_crashes}}},
          {"retry_letters",
           {{"rounds", p.retry_letters.rounds}, {"backoff", to_json(p.retry_letters.backoff)}}},
          {"park_limits",
           {{"per_key", p.park_limits.per_key},
            {"per_projection", p.park_limits.per_projection}}},
          {"batch",
           {{"max_events", p.batch.max_events},
            {"max_transaction", to_text(p.batch.max_transaction)},
            {"max_wait", to_text(p.batch.max_wait)}}},
          {"on_give_up", "park_key"},
          {"unhandled", "ignore"},
          {"filter", ordered_json::object()}};
}

ordered_json default_supervisor() {
  const supervision s;
  return {{"strategy", to_string(s.strategy)},
          {"intensity", s.intensity},
          {"period", to_text(s.period)},
          {"backoff", to_json(s.backoff)},
          {"restart", to_string(s.restart)},
          {"shutdown", to_text(s.shutdown)},
          {"at_limit", "escalate"}};
}

ordered_json default_node() {
  const engine_options o;
  return {{"log", {{"level", "info"}, {"format", "text"}}},
          {"health",
           {{"warning", to_text(o.health.warning)}, {"critical", to_text(o.health.critical)}}},
          {"drain_deadline", to_text(o.drain_deadline)},
          {"owner_timeout", to_text(o.owner_timeout)},
          {"poll_interval", to_text(o.poll_interval)},
          {"passed_save_interval", to_text(o.passed_save_interval)},
          {"store_backoff", to_json(o.store_backoff)},
          {"stalled_after", to_text(o.stalled_after)},
          {"handler_timeout", to_text(o.handler_timeout)},
          {"failed_retry", to_text(o.failed_retry)},
          {"record_crashes", o.record_crashes},
          {"cache_bytes", o.cache_bytes},
          {"threads", o.threads}};
}

/// Adds what is missing, at every level.
void fill(ordered_json& into, const ordered_json& defaults) {
  for (const auto& [key, value] : defaults.items()) {
    if (!into.contains(key))
      into[key] = value;
    else if (into[key].is_object() && value.is_object())
      fill(into[key], value);
  }
}

void fill_tree(ordered_json& supervisor) {
  fill(supervisor, default_supervisor());
  fill(supervisor, {{"children", ordered_json::array()}});
  for (auto& child : supervisor["children"])
    if (child.is_object())
      fill_tree(child);
}

} // namespace

ordered_json with_defaults(const configuration& from) {
  auto result = from.as_written;
  const auto file = std::filesystem::path{from.file}.filename().string();
  fill(result, ordered_json{{"socket", file + ".sock"}});
  for (const auto* const key : {"read_models", "projections"})
    fill(result, ordered_json{{key, ordered_json::object()}});
  fill(result, default_node());
  auto projection_defaults = default_projection();
  projection_defaults["handler_timeout"] = result["handler_timeout"];
  for (auto& [name, projection] : result["projections"].items())
    fill(projection, projection_defaults);
  fill_tree(result["supervision"]);
  return result;
}

} // namespace waymark::node
