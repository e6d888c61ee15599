#include "node/event_line.hpp"

#include "messages/json_text.hpp"
#include "messages/text.hpp"
#include "node/cloud_event.hpp"
#include "node/event_fields.hpp"
#include "node/json_members.hpp"

#include <algorithm>
#include <limits>

namespace waymark::node {

namespace {

/// Data may be as deep as an append allows, and stands one level down.
constexpr int max_depth = append_limits{}.max_json_depth + 1;

expected_version version_in(const json_member& in) {
  if (in.value == "\"any\"")
    return any_version;
  if (in.value == "\"no_stream\"")
    return no_stream;
  if (in.value == "\"stream_exists\"")
    return stream_exists;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return integer_in(in, 0, most, "a version, \"no_stream\", \"stream_exists\" or \"any\"");
}

void read_expectation(append_command& into, const json_member& in) {
  into.expected = version_in(in);
}

struct field {
  std::string_view name;
  void (*read)(append_command& into, const json_member& in);
};

constexpr field fields[] = {
    {"event_type", [](append_command& into,
                      const json_member& in) { into.events.front().event_type = text_in(in); }},
    {"aggregate_type",
     [](append_command& into, const json_member& in) { into.stream.aggregate_type = text_in(in); }},
    {"aggregate_id",
     [](append_command& into, const json_member& in) { into.stream.aggregate_id = text_in(in); }},
    {"data",
     [](append_command& into, const json_member& in) {
       into.events.front().data = payload::from_json(std::string{in.value});
     }},
    {"event_id", [](append_command& into,
                    const json_member& in) { into.events.front().event_id = uuid_in(in); }},
    {"occurred_at", [](append_command& into,
                       const json_member& in) { into.events.front().occurred_at = time_in(in); }},
    {"expected_version", read_expectation},
    {"schema_version",
     [](append_command& into, const json_member& in) {
       into.events.front().schema_version = static_cast<int>(integer_in(
           in, 1, std::numeric_limits<int>::max(), "a schema version, which counts from 1"));
     }},
    {"metadata",
     [](append_command& into, const json_member& in) {
       if (in.value.front() != '{')
         wanted(in, "an object");
       into.events.front().metadata = in.value;
     }},
    {"tenant_id", [](append_command& into,
                     const json_member& in) { into.events.front().tenant_id = text_in(in); }},
    {"actor_id", [](append_command& into,
                    const json_member& in) { into.events.front().actor_id = text_in(in); }},
    {"correlation_id",
     [](append_command& into, const json_member& in) {
       into.events.front().correlation_id = text_in(in);
     }},
    {"causation_id", [](append_command& into,
                        const json_member& in) { into.events.front().causation_id = text_in(in); }},
    {"position", nullptr},
    {"aggregate_version", nullptr},
    {"recorded_at", nullptr},
};

const field& field_of(const json_member& in) {
  for (const auto& each : fields)
    if (each.name == in.name)
      return each;
  std::string known;
  for (const auto& each : fields)
    known += (known.empty() ? "" : ", ") + std::string{each.name};
  throw line_mistake{"there is no member \"" + readable(in.name, 60) + "\"; there are " + known};
}

append_command own_form(const std::vector<json_member>& members) {
  append_command result;
  result.events.emplace_back();
  require_members(members, {"aggregate_type", "aggregate_id", "event_type", "data"});
  for (const auto& each : members) {
    const auto& target = field_of(each);
    if (target.read != nullptr && (each.value != "null" || each.name == "data"))
      target.read(result, each);
  }
  return result;
}

append_command read_line(std::string_view line) {
  if (const auto mistake = find_json_mistake(line, max_depth))
    throw line_mistake{"the line is " + *mistake};
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (line.substr(0, byte_order_mark.size()) == byte_order_mark)
    line.remove_prefix(byte_order_mark.size());
  const auto first = line.find_first_not_of(" \t\r\n");
  if (line[first] != '{')
    throw line_mistake{"the line is not a JSON object"};
  const auto members = json_members(line);
  refuse_twins(members);
  const bool is_cloud = find_member(members, "specversion") != nullptr;
  return is_cloud ? cloud_event(members) : own_form(members);
}

/// The raw JSON on one line: a line break stands only between values there.
void append_json(std::string& out, std::string_view json) {
  const auto begin = out.size();
  out += json;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
  out += key;
  append_json_string(out, text);
}

void append_optional(std::string& out, std::string_view key,
                     const std::optional<std::string>& text) {
  if (text)
    append_text(out, key, *text);
}

void append_data(std::string& out, const std::string& text) {
  if (find_json_mistake(text, max_depth)) {
    append_text(out, R"(,"undecodable_data":)", text);
    return;
  }
  out += R"(,"data":)";
  append_json(out, text);
}

} // namespace

event_line read_event_line(std::string_view line) {
  event_line result;
  try {
    result.command = read_line(line);
  } catch (const line_mistake& mistake) {
    result.problem = mistake.what();
  }
  return result;
}

std::string write_event_line(const event& e) {
  const auto& data = e.data.text();
  std::string out;
  out.reserve(320 + data.size() + e.metadata.size());
  out += R"({"position":)" + std::to_string(e.position);
  out += R"(,"event_id":")" + e.event_id.to_string() + '"';
  append_text(out, R"(,"aggregate_type":)", e.aggregate_type);
  append_text(out, R"(,"aggregate_id":)", e.aggregate_id);
  out += R"(,"aggregate_version":)" + std::to_string(e.aggregate_version);
  append_text(out, R"(,"event_type":)", e.event_type);
  if (e.schema_version != 1)
    out += R"(,"schema_version":)" + std::to_string(e.schema_version);
  out += R"(,"occurred_at":")" + to_string(e.occurred_at);
  out += R"(","recorded_at":")" + to_string(e.recorded_at) + '"';
  append_optional(out, R"(,"tenant_id":)", e.tenant_id);
  append_optional(out, R"(,"actor_id":)", e.actor_id);
  append_optional(out, R"(,"correlation_id":)", e.correlation_id);
  append_optional(out, R"(,"causation_id":)", e.causation_id);
  if (!e.metadata.empty()) {
    out += R"(,"metadata":)";
    append_json(out, e.metadata);
  }
  append_data(out, data);
  return out += '}';
}

} // namespace waymark::node
