#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>

#include "messages/json_text.hpp"
#include "messages/text.hpp"

#include <algorithm>

namespace waymark {

namespace {

using mistake = std::optional<std::string>;

mistake in_name(const char* what, const std::string& name, const append_limits& limits) {
  const std::string field = what;
  if (name.empty())
    return field + " is empty";
  if (name.size() > limits.max_name_bytes)
    return field + " has " + std::to_string(name.size()) + " bytes; at most " +
           std::to_string(limits.max_name_bytes) + " are allowed";
  if (name.find('\0') != std::string::npos)
    return field + " \"" + readable(name) + "\" holds a NUL character";
  if (!is_utf8(name))
    return field + " \"" + readable(name) + "\" is not UTF-8";
  return std::nullopt;
}

mistake in_optional_name(const char* what, const std::optional<std::string>& name,
                         const append_limits& limits) {
  if (name && name->empty())
    return std::string{what} + " is empty; leave it out instead";
  return name ? in_name(what, *name, limits) : std::nullopt;
}

mistake in_names(const new_event& e, const append_limits& limits) {
  if (auto found = in_name("event_type", e.event_type, limits))
    return found;
  if (auto found = in_optional_name("tenant_id", e.tenant_id, limits))
    return found;
  if (auto found = in_optional_name("actor_id", e.actor_id, limits))
    return found;
  if (auto found = in_optional_name("correlation_id", e.correlation_id, limits))
    return found;
  return in_optional_name("causation_id", e.causation_id, limits);
}

mistake in_envelope(const new_event& e) {
  if (e.schema_version < 1)
    return "schema_version is " + std::to_string(e.schema_version) + "; it counts from 1";
  if (e.event_id && e.event_id->is_nil())
    return "event_id is all zeros; leave it out to get a new one";
  if (e.occurred_at && (*e.occurred_at < earliest_timestamp || *e.occurred_at > latest_timestamp))
    return "occurred_at " + to_string(*e.occurred_at) + " is outside the years 0000 to 9999";
  return std::nullopt;
}

mistake in_size(const char* what, std::size_t bytes, std::size_t max_bytes) {
  if (bytes <= max_bytes)
    return std::nullopt;
  return std::string{what} + " has " + std::to_string(bytes) + " bytes; at most " +
         std::to_string(max_bytes) + " are allowed";
}

mistake in_json(const char* what, const std::string& text, int max_depth) {
  auto found = find_json_mistake(text, max_depth);
  if (found)
    found = std::string{what} + " is " + *found;
  return found;
}

mistake in_metadata(const std::string& text, const append_limits& limits) {
  if (text.empty())
    return std::nullopt;
  if (auto found = in_size("metadata", text.size(), limits.max_metadata_bytes))
    return found;
  if (auto found = in_json("metadata", text, limits.max_json_depth))
    return found;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (text[first] != '{')
    return "metadata is not a JSON object";
  return std::nullopt;
}

mistake in_text_of_object(const payload& data, const append_limits& limits) {
  try {
    const auto& text = data.text();
    if (auto found = in_size("data", text.size(), limits.max_data_bytes))
      return found;
    if (is_nested_deeper(text, limits.max_json_depth))
      return "data is nested deeper than " + std::to_string(limits.max_json_depth) + " levels";
    return std::nullopt;
  } catch (const error& e) {
    return e.what();
  }
}

mistake in_data(const payload& data, const append_limits& limits) {
  if (data.holds_object())
    return limits.encode_objects ? in_text_of_object(data, limits) : std::nullopt;
  const auto& text = data.text();
  if (auto found = in_size("data", text.size(), limits.max_data_bytes))
    return found;
  return in_json("data", text, limits.max_json_depth);
}

mistake in_event(const new_event& e, const append_limits& limits) {
  if (auto found = in_names(e, limits))
    return found;
  if (auto found = in_envelope(e))
    return found;
  if (auto found = in_metadata(e.metadata, limits))
    return found;
  return in_data(e.data, limits);
}

mistake in_ids(const std::vector<new_event>& events) {
  if (events.size() < 2)
    return std::nullopt;
  std::vector<uuid> ids;
  for (const auto& e : events)
    if (e.event_id)
      ids.push_back(*e.event_id);
  std::sort(ids.begin(), ids.end());
  const auto twin = std::adjacent_find(ids.begin(), ids.end());
  if (twin == ids.end())
    return std::nullopt;
  return "event_id " + twin->to_string() + " occurs twice in one append";
}

} // namespace

std::optional<std::string> find_mistake(const append_command& command,
                                        const append_limits& limits) {
  if (command.events.empty())
    return "an append needs at least one event";
  if (command.events.size() > limits.max_events)
    return "an append of " + std::to_string(command.events.size()) + " events; at most " +
           std::to_string(limits.max_events) + " are allowed, in one transaction";
  if (auto found = in_name("aggregate_type", command.stream.aggregate_type, limits))
    return found;
  if (auto found = in_name("aggregate_id", command.stream.aggregate_id, limits))
    return found;
  for (std::size_t i = 0; i < command.events.size(); ++i) {
    if (auto found = in_event(command.events[i], limits))
      return "event " + std::to_string(i + 1) + " of " + std::to_string(command.events.size()) +
             " (" + readable(command.events[i].event_type, 100) + "): " + *found;
  }
  return in_ids(command.events);
}

} // namespace waymark
