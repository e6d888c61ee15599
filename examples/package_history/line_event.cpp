#include "line_event.hpp"

#include "line.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace history {
namespace {

/// The name space of the ids; any constant will do, as long as it never changes.
constexpr waymark::uuid line_space{{0x6d, 0x1c, 0x0e, 0x52, 0x9b, 0x3f, 0x4d, 0x7a, 0x8e, 0x15,
                                    0x2f, 0xa4, 0xc7, 0x90, 0x3b, 0xd8}};

template <class T>
std::string stream_of(const T& about_package) {
  return about_package.architecture.empty()
             ? about_package.package
             : about_package.package + ":" + about_package.architecture;
}
std::string stream_of(const conffile_decided& e) {
  return e.path;
}
std::string stream_of(const dpkg_started&) {
  return "startup";
}

template <class T>
waymark::append_command command_for(std::string stream, const waymark::uuid& id, T object) {
  auto event = waymark::typed_event(std::move(object));
  event.event_id = id;
  waymark::append_command command;
  command.stream = {waymark::codec_for<T>().aggregate_type, std::move(stream)};
  command.events.push_back(std::move(event));
  return command;
}

waymark::append_command readable(line_event event, const waymark::uuid& id) {
  return std::visit(
      [&](auto&& object) {
        const auto when = local_time(object.at);
        auto stream = stream_of(object);
        auto command = command_for(std::move(stream), id, std::move(object));
        command.events.front().occurred_at = when;
        return command;
      },
      std::move(event));
}

} // namespace

waymark::uuid line_ids::next(std::string_view text) {
  const auto count = ++seen_[waymark::uuid::v5(line_space, text)];
  return waymark::uuid::v5(line_space, std::string{text} + '\n' + std::to_string(count));
}

line_command to_command(const std::string& file, const log_line& line, const waymark::uuid& id) {
  auto parsed = parse_line(line.text);
  if (parsed.event)
    return {readable(std::move(*parsed.event), id), {}};
  line_unreadable broken{file, line.number, escaped(line.text), parsed.problem};
  return {command_for(id.to_string(), id, std::move(broken)), std::move(parsed.problem)};
}

} // namespace history
