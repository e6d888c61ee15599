#include "actors/read_again.hpp"

#include <waymark/messages/error.hpp>

namespace waymark {

page read_again(event_store& log, position_t position) {
  read_limit one;
  one.max_events = one.max_scanned = 1;
  auto found = log.read_all(position - 1, one);
  if (found.events.size() != 1 || found.events.front().position != position)
    throw store_error{log.address() + " has no event at position " + std::to_string(position) +
                      " any more: the log was replaced"};
  auto& data = found.events.front().data;
  if (!data.holds_object())
    data = payload::from_json(data.text());
  return found;
}

} // namespace waymark
