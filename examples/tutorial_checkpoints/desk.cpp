#include "examples/tutorial_checkpoints/desk.hpp"

#include <iostream>

namespace tutorial {

waymark::event desk::append_event(waymark::stream_id stream, waymark::new_event data) {
  // Ids made from a name are the same in every run; left empty, each event gets a new one.
  data.event_id = waymark::uuid::v5({}, to_string(stream) + " " + data.event_type);
  const auto where_it_is = log().append({std::move(stream), waymark::any_version, {data}});
  return log().read_all(where_it_is.first_position - 1, {.max_events = 1}).events.front();
}

std::string last_event_id(const waymark::projector& projection) {
  const auto record = projection.checkpoint();
  return record && record->last_event_id ? record->last_event_id->to_string() : "none";
}

std::string dollars(std::int64_t cents) {
  const auto rest = std::to_string(cents % 100);
  return "$" + std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

void heading(const char* title) {
  std::cout << "\n=== " << title << " ===\n\n";
}

} // namespace tutorial
