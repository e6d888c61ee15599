#include "node/stored_status.hpp"

#include "node/api/node_status.hpp"
#include "node/node_stores.hpp"
#include "node/sql/sql_projection.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/messages/page.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace waymark::node {

namespace {

/// A record says less than the projection had passed: behind its position may be events that the
/// shard does not handle. This many reads at most look for the next one that it does.
constexpr int reads = 50;

/// How many events of other shards come with one read.
constexpr std::size_t events_per_read = 100;

/// What a shard has passed, and the event that waits behind that.
struct shard_progress {
  position_t passed = 0;
  std::optional<timestamp> waits_since; ///< When it was recorded; empty if none was found.
};

/// Whether the event is one for the shard, as far as can be said.
bool is_for(int shard, const projection_spec& of, const event& e) {
  try {
    std::string key;
    return of.shards == 1 || of.shard_of(of.key_hash(e, key)) == shard;
  } catch (const decode_error&) {
    return true; // it will stop each of them
  }
}

shard_progress look_ahead(event_store& log, const projection_spec& of, position_t head, int shard,
                          position_t passed) {
  const read_limit limit{.max_events = of.shards == 1 ? 1 : events_per_read};
  for (int i = 0; i < reads && passed < head; ++i) {
    const auto next = log.read_all(passed, limit, of.wanted());
    for (const auto& each : next.events)
      if (is_for(shard, of, each))
        return {each.position - 1, each.recorded_at};
    passed = std::max(passed + 1, next.scanned_to);
  }
  return {std::min(passed, head), {}};
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

/// Moves `passed` to before the next event that one of the shards handles.
void add_progress(const std::vector<checkpoint>& shards, const projection_spec& of,
                  event_store& log, position_t head, summary& to) {
  auto& s = to.status;
  std::optional<timestamp> waits_since;
  s.passed = head;
  const auto add_shard = [&](int shard, position_t position) {
    const auto found = look_ahead(log, of, head, shard, position);
    s.passed = std::min(s.passed, found.passed);
    if (found.waits_since)
      waits_since = std::min(waits_since.value_or(*found.waits_since), *found.waits_since);
  };
  for (int shard = 0; shard < of.shards; ++shard) {
    const auto record = std::find_if(shards.begin(), shards.end(),
                                     [&](const auto& each) { return each.key.shard == shard; });
    add_shard(shard, record == shards.end() ? 0 : record->position);
  }
  to.behind.events = head - s.passed;
  to.behind.lag_seconds = waits_since ? seconds_since_recorded(log, *waits_since) : 0;
}

nlohmann::json summarize(const projection_spec& spec, projection_store& in, event_store& log,
                         position_t head, const health_thresholds& thresholds) {
  const auto& name = spec.name;
  summary found;
  found.status.key.projection = found.behind.projection = name;
  found.status.head = head;
  found.status.reason = "no node runs";
  auto records = in.load_all();
  std::erase_if(records, [&](const auto& each) { return each.key.projection != name; });
  for (const auto& record : records)
    add(record, in, found);
  add_progress(records, spec, log, head, found);
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
