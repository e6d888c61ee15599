#include "node/api/settlement_json.hpp"

#include "node/api/body_fields.hpp"

namespace waymark::node {

namespace {

using nlohmann::json;

/// Less than a client waits for an answer.
constexpr std::chrono::minutes longest{9};

using field = body_field<settle_request>;

constexpr field fields[]{
    {"id", [](settle_request& to, const body_member& m) { to.which.id = m.number(); }},
    {"projection",
     [](settle_request& to, const body_member& m) { to.which.projection = m.some_text(); }},
    {"key", [](settle_request& to, const body_member& m) { to.which.sequence_key = m.text(); }},
    {"error_contains",
     [](settle_request& to, const body_member& m) { to.which.error_contains = m.some_text(); }},
    {"event_type",
     [](settle_request& to, const body_member& m) { to.which.event_type = m.some_text(); }},
    {"since", [](settle_request& to, const body_member& m) { to.which.since = m.time(); }},
    {"until", [](settle_request& to, const body_member& m) { to.which.until = m.time(); }},
    {"all", [](settle_request& to, const body_member& m) { to.which.all = m.flag(); }},
    {"dry_run", [](settle_request& to, const body_member& m) { to.options.dry_run = m.flag(); }},
    {"by", [](settle_request& to, const body_member& m) { to.options.by = m.text(); }},
};

json to_json(const settled_key& of) {
  json failure;
  if (of.failed)
    failure = {{"position", of.failed->position},
               {"event_id", of.failed->event_id.to_string()},
               {"event_type", of.failed->event_type},
               {"error", of.failed->error}};
  return {{"projection", of.key.projection},
          {"shard", of.key.shard},
          {"key", shown_key(of.sequence_key)},
          {"replayed", of.replayed},
          {"discarded", of.discarded},
          {"unwanted", of.unwanted},
          {"untried", of.untried},
          {"failed", failure},
          {"remaining", of.remaining},
          {"refused", of.refused.empty() ? json() : json(of.refused)}};
}

} // namespace

json to_json(const settle_request& from) {
  json body{{"all", from.which.all}, {"dry_run", from.options.dry_run}, {"by", from.options.by}};
  const auto add = [&](const char* name, const auto& value) {
    if (value)
      body[name] = *value;
  };
  add("id", from.which.id);
  add("projection", from.which.projection);
  add("key", from.which.sequence_key);
  add("error_contains", from.which.error_contains);
  add("event_type", from.which.event_type);
  if (from.which.since)
    body["since"] = to_string(*from.which.since);
  if (from.which.until)
    body["until"] = to_string(*from.which.until);
  return body;
}

settle_request settle_request_in(const json& body) {
  settle_request result;
  result.options.timeout = longest;
  read_fields<settle_request>(body, fields, result);
  return result;
}

json to_json(const settle_report& report) {
  auto keys = json::array();
  for (const auto& each : report.keys)
    keys.push_back(to_json(each));
  return {{"verb", to_string(report.verb)},
          {"dry_run", report.dry_run},
          {"handlers_called", report.handlers_called},
          {"complete", report.complete()},
          {"replayed", report.replayed()},
          {"discarded", report.discarded()},
          {"remaining", report.remaining()},
          {"keys", keys}};
}

} // namespace waymark::node
