#include <waymark/messages/attempt_marker.hpp>

#include <algorithm>
#include <utility>

namespace waymark {

attempt_marker after_end(attempt_marker marker, const process_end& end,
                         const crash_limits& limits) {
  marker.owner.reset();
  if (end.innocent)
    return marker;
  ++marker.counts.ends;
  if (end.overdue) {
    ++marker.counts.long_ends;
    marker.last_end = "overdue, after " + std::to_string(end.age.count()) + " ms";
  } else if (!end.signal.empty()) {
    ++marker.counts.crashes;
    marker.last_end = end.signal;
  } else if (end.age >= limits.long_end) {
    ++marker.counts.long_ends;
    marker.last_end = "no signal, after " + std::to_string(end.age.count()) + " ms";
  } else {
    marker.last_end = "no signal";
  }
  return marker;
}

blame judge(const end_counts& counts, const crash_limits& limits) {
  if (counts.ends == 0)
    return blame::innocent;
  const bool guilty = limits.max_crashes > 0 &&
                      (counts.crashes >= limits.max_crashes ||
                       counts.long_ends >= limits.max_long_ends ||
                       counts.ends >= std::max(limits.max_ends, limits.max_crashes));
  return guilty ? blame::poison : blame::suspect;
}

std::string describe_poison(const attempt_marker& marker, const crash_limits& limits) {
  const auto times = [](int count) {
    return std::to_string(count) + (count == 1 ? " time: " : " times: ");
  };
  const auto& counts = marker.counts;
  if (limits.max_crashes > 0 && counts.crashes >= limits.max_crashes)
    return "crashed the process " + times(counts.crashes) + marker.last_end;
  if (counts.long_ends >= limits.max_long_ends)
    return "took the process with it after a long run, " + times(counts.long_ends) +
           marker.last_end;
  return "the process ended while it was handled, " + times(counts.ends) + marker.last_end;
}

crash_limits replay_limits() noexcept {
  crash_limits limits;
  limits.max_crashes = 1;
  return limits;
}

std::string describe_replay_end(const attempt_marker& marker) {
  const auto& counts = marker.counts;
  if (counts.crashes > 0 || counts.long_ends > 0)
    return "the process ended in its handler: " + marker.last_end;
  return std::to_string(counts.ends) +
         " processes in a row ended while it was handled again: " + marker.last_end;
}

} // namespace waymark
