#include "node/api/settlement_json.hpp"

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

namespace waymark::node {

namespace {

using nlohmann::json;

/// Less than a client waits for an answer.
constexpr std::chrono::minutes longest{9};

[[noreturn]] void wanted(const std::string& name, const char* what) {
  throw usage_error{"\"" + name + "\" has to be " + what};
}

std::string text_in(const std::string& name, const json& value) {
  if (!value.is_string())
    wanted(name, "a string");
  return value.get<std::string>();
}

bool flag_in(const std::string& name, const json& value) {
  if (!value.is_boolean())
    wanted(name, "true or false");
  return value.get<bool>();
}

timestamp time_in(const std::string& name, const json& value) {
  const auto time = value.is_string() ? parse_timestamp(value.get<std::string>()) : std::nullopt;
  if (!time)
    wanted(name, "a time as RFC 3339 has it");
  return *time;
}

std::int64_t id_in(const std::string& name, const json& value) {
  if (!value.is_number_integer())
    wanted(name, "a whole number");
  return value.get<std::int64_t>();
}

struct field {
  const char* name;
  void (*read)(settle_request& into, const std::string& name, const json& value);
};

constexpr field fields[] = {
    {"id", [](settle_request& to, const std::string& n,
              const json& v) { to.which.id = id_in(n, v); }},
    {"projection", [](settle_request& to, const std::string& n,
                      const json& v) { to.which.projection = text_in(n, v); }},
    {"key", [](settle_request& to, const std::string& n,
               const json& v) { to.which.sequence_key = text_in(n, v); }},
    {"error_contains", [](settle_request& to, const std::string& n,
                          const json& v) { to.which.error_contains = text_in(n, v); }},
    {"event_type", [](settle_request& to, const std::string& n,
                      const json& v) { to.which.event_type = text_in(n, v); }},
    {"since", [](settle_request& to, const std::string& n,
                 const json& v) { to.which.since = time_in(n, v); }},
    {"until", [](settle_request& to, const std::string& n,
                 const json& v) { to.which.until = time_in(n, v); }},
    {"all", [](settle_request& to, const std::string& n,
               const json& v) { to.which.all = flag_in(n, v); }},
    {"dry_run", [](settle_request& to, const std::string& n,
                   const json& v) { to.options.dry_run = flag_in(n, v); }},
    {"by", [](settle_request& to, const std::string& n,
              const json& v) { to.options.by = text_in(n, v); }},
};

const field& field_of(const std::string& name) {
  std::string known;
  for (const auto& each : fields) {
    if (name == each.name)
      return each;
    known += (known.empty() ? "" : ", ") + std::string{each.name};
  }
  throw usage_error{"there is no member \"" + name + "\"; there are " + known};
}

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
  for (const auto& [name, value] : body.items()) {
    const auto& target = field_of(name);
    if (!value.is_null())
      target.read(result, name, value);
  }
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
