#include "examples/package_history/line.hpp"
#include "examples/package_history/line_event.hpp"
#include "fuzz/fuzz.hpp"

#include <waymark/messages/append.hpp>

#include <string>

namespace {

/// What the name of a stream says about the event in it.
bool is_where_it_belongs(const waymark::append_command& command) {
  const auto& type = command.events.front().event_type;
  const auto& stream = command.stream.aggregate_type;
  return (type == "LineUnreadable") == (stream == "Line") &&
         (type == "DpkgStarted") == (stream == "Dpkg") &&
         (type == "ConffileDecided") == (stream == "Conffile");
}

void one_line(history::line_ids& ids, std::string_view text) {
  const auto parsed = history::parse_line(text);
  fuzz::require(parsed.event.has_value() == parsed.problem.empty(),
                "a line is an event or has a problem");
  const auto id = ids.next(text);
  fuzz::require(ids.next(text) != id, "equal lines have ids of their own");
  auto command = history::to_command("dpkg.log", {std::string{text}, 1, true}, id).append;
  if (fuzz::canary && command.stream.aggregate_id.size() == 5)
    command.stream.aggregate_id += '\xff';
  fuzz::require(!waymark::find_mistake(command), "every line can be appended");
  fuzz::require(is_where_it_belongs(command), "an event is in a stream of its kind");
}

} // namespace

void fuzz::one_input(std::string_view input) {
  history::line_ids ids;
  for (;;) {
    const auto end = input.find('\n');
    one_line(ids, input.substr(0, end));
    if (end == std::string_view::npos)
      return;
    input.remove_prefix(end + 1);
  }
}
