#include <waymark/messages/append.hpp>

#include "fuzz/fuzz.hpp"
#include "messages/text.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace waymark;

/// Cuts the next line off `rest`.
std::string next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string line{rest.substr(0, end)};
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

/// Lines: aggregate type, aggregate id, event type, tenant, metadata; the rest is the data.
append_command read_command(std::string_view input) {
  append_command command;
  command.stream.aggregate_type = next_line(input);
  command.stream.aggregate_id = next_line(input);
  auto type = next_line(input);
  auto tenant = next_line(input);
  auto metadata = next_line(input);
  auto e = json_event(std::move(type), std::string{input});
  if (!tenant.empty())
    e.tenant_id = std::move(tenant);
  e.metadata = std::move(metadata);
  command.events.push_back(std::move(e));
  return command;
}

void require_name(const std::string& name) {
  fuzz::require(!name.empty() && is_utf8(name) && name.find('\0') == name.npos,
                "names are text, and not empty");
}

} // namespace

void fuzz::one_input(std::string_view input) {
  const auto command = read_command(input);
  const auto& e = command.events.front();
  auto mistake = find_mistake(command);
  if (canary && e.metadata == "[]")
    mistake.reset();
  if (mistake) {
    require(is_utf8(*mistake), "a mistake is told in text");
    return;
  }
  require_name(command.stream.aggregate_type);
  require_name(command.stream.aggregate_id);
  require_name(e.event_type);
  require(e.metadata.empty() || nlohmann::json::parse(e.metadata).is_object(),
          "metadata is an object");
  event stored;
  stored.data = e.data;
  (void)stored.json(); // Throws, and so ends the fuzzer, if this is not JSON.
}
