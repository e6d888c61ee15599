#include "node/event_fields.hpp"

#include "messages/text.hpp"

#include <charconv>

namespace waymark::node {

void wanted(const json_member& in, std::string_view what) {
  throw line_mistake{readable(in.name, 60) + ": " + readable(in.value, 60) + " is not " +
                     std::string{what}};
}

std::string text_in(const json_member& in) {
  if (in.value.front() != '"')
    wanted(in, "a string");
  auto text = json_string_text(in.value);
  if (text.empty())
    wanted(in, "a string with something in it");
  return text;
}

uuid uuid_in(const json_member& in) {
  const auto id = in.value.front() == '"' ? uuid::parse(json_string_text(in.value)) : std::nullopt;
  if (!id)
    wanted(in, "a UUID, such as \"01890a5d-ac96-774b-bcce-b302099a8057\"");
  return *id;
}

timestamp time_in(const json_member& in) {
  const auto when =
      in.value.front() == '"' ? parse_timestamp(json_string_text(in.value)) : std::nullopt;
  if (!when)
    wanted(in, "a time as RFC 3339 writes it, such as \"2026-11-21T09:30:00Z\"");
  return *when;
}

std::int64_t integer_in(const json_member& in, std::int64_t least, std::int64_t most,
                        std::string_view what) {
  std::int64_t value = 0;
  const auto* const end = in.value.data() + in.value.size();
  const auto [stop, error] = std::from_chars(in.value.data(), end, value);
  if (error != std::errc{} || stop != end || value < least || value > most)
    wanted(in, what);
  return value;
}

const json_member* find_member(const std::vector<json_member>& members,
                               std::string_view name) noexcept {
  for (const auto& each : members)
    if (each.name == name)
      return &each;
  return nullptr;
}

void require_members(const std::vector<json_member>& members,
                     std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const auto* found = find_member(members, name);
    if (found == nullptr)
      throw line_mistake{"\"" + std::string{name} + "\" is missing"};
    if (found->value == "null" && name != "data")
      throw line_mistake{std::string{name} + " is null; it can't be left out"};
  }
}

void refuse_twins(const std::vector<json_member>& members) {
  for (auto a = members.begin(); a != members.end(); ++a)
    for (auto b = members.begin(); b != a; ++b)
      if (a->name == b->name)
        throw line_mistake{"\"" + readable(a->name, 60) + "\" occurs twice"};
}

} // namespace waymark::node
