#include "node/stored_status.hpp"

#include "node/api/node_status.hpp"
#include "node/node_stores.hpp"
#include "node/sql/sql_projection.hpp"

#include <waymark/messages/page.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace waymark::node {

namespace {

/// A record says less than the projection had passed: behind its position may be events that the
/// projection does not want. This many reads at most look for the next one that it wants.
constexpr int reads = 50;

/// Moves `passed` up to before the next wanted event, and says how long that one has been waiting.
void look_ahead(event_store& log, const event_filter& wanted, position_t head, position_t& passed,
                lag& behind) {
  behind.lag_seconds = 0;
  for (int i = 0; i < reads && passed < head; ++i) {
    const auto next = log.read_all(passed, {.max_events = 1}, wanted);
    if (!next.events.empty()) {
      passed = next.events.front().position - 1;
      behind.lag_seconds = seconds_since_recorded(log, next.events.front().recorded_at);
      return;
    }
    passed = std::max(passed + 1, next.scanned_to);
  }
  passed = std::min(passed, head);
}

/// One projection out of the records of its shards.
struct summary {
  projection_status status;
  lag behind;
};

void add(const checkpoint& record, projection_store& in, summary& to) {
  auto& s = to.status;
  s.position = std::min(s.position.value_or(record.position), record.position);
  const auto counts = in.counts(record.key);
  s.set_aside.letters += counts.letters;
  s.set_aside.parked_keys += counts.parked_keys;
  s.set_aside.parked_events += counts.parked_events;
  to.behind.events_processed += record.events_processed;
  to.behind.last_processed_at = std::max(to.behind.last_processed_at, record.last_processed_at);
  if (record.failure)
    s.last_error = record.failure->error;
  if (record.owner && !is_provably_dead(*record.owner))
    s.reason = "its owner is " + describe_instance(*record.owner);
}

nlohmann::json summarize(const projection_spec& spec, projection_store& in, event_store& log,
                         position_t head, const health_thresholds& thresholds) {
  const auto& name = spec.name;
  summary found;
  found.status.key.projection = found.behind.projection_name = name;
  found.status.head = head;
  found.status.reason = "no node runs";
  for (const auto& record : in.load_all())
    if (record.key.projection == name)
      add(record, in, found);
  found.status.passed = found.status.position.value_or(0);
  look_ahead(log, spec.wanted(), head, found.status.passed, found.behind);
  found.behind.events = head - found.status.passed;
  auto result = to_json(found.status, found.behind, thresholds);
  result["state"] = "not_running";
  result["since"] = nullptr;
  result["health"] = "unknown";
  result["health_reason"] = "no node runs";
  return result;
}

} // namespace

nlohmann::json stored_status(const configuration& of, const std::vector<spec_ptr>& more) {
  const auto stores = open_existing(of);
  auto& log = *stores.log().events;
  const auto head = log.head();
  auto list = nlohmann::json::array();
  for (const auto& each : of.projections) {
    const auto& in = stores.of_read_model(each.read_model).projections;
    list.push_back(summarize(*make_projection(each, in), *in, log, head, of.engine.health));
  }
  for (const auto& each : more)
    if (each->where != effect::memory) // whose record ends with its process
      list.push_back(summarize(*each, each->into ? *each->into : *stores.log().projections, log,
                               head, of.engine.health));
  return {{"projections", list}};
}

} // namespace waymark::node
