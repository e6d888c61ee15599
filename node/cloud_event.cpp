#include "node/cloud_event.hpp"

#include "messages/text.hpp"
#include "node/event_fields.hpp"

#include <algorithm>

namespace waymark::node {

namespace {

/// The space of the ids that are computed: a name of our own, never to be changed.
constexpr uuid cloud_event_space{{0x5b, 0x1f, 0x2a, 0x77, 0x0c, 0x3d, 0x4e, 0x61, 0x9a, 0x54, 0xd2,
                                  0x83, 0x6e, 0x1b, 0x90, 0xc4}};

uuid id_of(const std::string& id, const std::string& source) {
  if (const auto given = uuid::parse(id); given && !given->is_nil())
    return *given;
  return uuid::v5(cloud_event_space, source + '\0' + id);
}

/// What the envelope has no place for, as it is written.
class rest_of_attributes {
 public:
  void keep(const json_member& attribute) {
    text_ += text_.empty() ? '{' : ',';
    text_ += attribute.key;
    text_ += ':';
    text_ += attribute.value;
  }
  [[nodiscard]] std::string text() && { return text_.empty() ? text_ : text_ + '}'; }

 private:
  std::string text_;
};

bool is_json_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type == "application/json" || type == "text/json" ||
         (type.size() > 5 && type.substr(type.size() - 5) == "+json");
}

/// Reads an attribute that has a place in the envelope. @returns false for any other.
bool read_optional(append_command& into, const json_member& in) {
  auto& e = into.events.front();
  if (in.name == "data")
    e.data = payload::from_json(std::string{in.value});
  else if (in.name == "time")
    e.occurred_at = time_in(in);
  else if (in.name == "tenantid")
    e.tenant_id = text_in(in);
  else if (in.name == "actorid")
    e.actor_id = text_in(in);
  else if (in.name == "correlationid")
    e.correlation_id = text_in(in);
  else if (in.name == "causationid")
    e.causation_id = text_in(in);
  else
    return false;
  return true;
}

/// Whether the attribute has said all it has to say with what the envelope took of it.
bool is_used_up(const append_command& command, const json_member& in) {
  if (in.name == "specversion" || in.name == "type" || in.name == "subject")
    return true;
  if (in.name == "id")
    return uuid::parse(text_in(in)) == command.events.front().event_id;
  return in.name == "source" && text_in(in) == command.stream.aggregate_type;
}

} // namespace

std::string_view last_path_segment(std::string_view source) noexcept {
  source = source.substr(0, source.find_first_of("?#"));
  const auto authority = source.find("//");
  if (authority == 0 || (authority != source.npos && source[authority - 1] == ':')) {
    const auto path = source.find('/', authority + 2);
    source = path == source.npos ? std::string_view{} : source.substr(path);
  }
  while (!source.empty() && source.back() == '/')
    source.remove_suffix(1);
  const auto slash = source.rfind('/');
  return slash == source.npos ? source : source.substr(slash + 1);
}

append_command cloud_event(const std::vector<json_member>& attributes) {
  require_members(attributes, {"specversion", "id", "source", "type", "subject"});
  if (const auto& version = *find_member(attributes, "specversion"); version.value != "\"1.0\"")
    wanted(version, "\"1.0\", the version of CloudEvents that is understood");
  if (find_member(attributes, "data_base64") != nullptr)
    throw line_mistake{"data_base64: only data that is JSON can be stored, in \"data\""};
  const auto& source = *find_member(attributes, "source");
  append_command result;
  auto& e = result.events.emplace_back();
  result.stream = {std::string{last_path_segment(text_in(source))},
                   text_in(*find_member(attributes, "subject"))};
  if (result.stream.aggregate_type.empty())
    wanted(source, "a reference with a path, whose last segment is the aggregate type");
  e.event_type = text_in(*find_member(attributes, "type"));
  e.event_id = id_of(text_in(*find_member(attributes, "id")), text_in(source));
  rest_of_attributes rest;
  for (const auto& each : attributes) {
    if (each.value == "null" && each.name != "data")
      continue;
    if (each.name == "datacontenttype" && !is_json_type(text_in(each)))
      wanted(each, "application/json; only data that is JSON can be stored");
    if (!read_optional(result, each) && !is_used_up(result, each))
      rest.keep(each);
  }
  e.metadata = std::move(rest).text();
  return result;
}

} // namespace waymark::node
