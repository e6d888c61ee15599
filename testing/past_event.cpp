#include <waymark/testing/past_event.hpp>

namespace waymark::testing {

void append_history(event_store& log, std::span<const past_event> events) {
  for (const auto& past : events) {
    append_command command{past.stream, any_version, {past.event}};
    if (!command.events.front().event_id)
      command.events.front().event_id =
          uuid::v5({}, "test event " + std::to_string(log.head() + 1));
    (void)log.append(command);
  }
}

} // namespace waymark::testing
