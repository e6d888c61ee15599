#include "testing/splitting_log.hpp"

#include <algorithm>

namespace waymark::testing {

page splitting_log::read_all(position_t after, const read_limit& limit,
                             const event_filter& filter) {
  auto smaller = limit;
  smaller.max_events = std::min(limit.max_events, next_size_());
  return inner_.read_all(after, smaller, filter);
}

} // namespace waymark::testing
