#include "supervisors/explain.hpp"

namespace waymark {

namespace {

std::string count(std::int64_t n, const char* one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

std::string progress(const projection_status& status, const lag& behind) {
  if (!behind.events)
    return "is at position " + std::to_string(status.passed) + "; the head of the log is not known";
  if (*behind.events == 0)
    return "has caught up at position " + std::to_string(status.passed);
  auto text = "is catching up: " + count(*behind.events, "event") + " behind";
  if (status.events_per_second >= 1)
    text += " at " + std::to_string(static_cast<std::int64_t>(status.events_per_second)) +
            " events/s, done in about " +
            std::to_string(behind.time_to_catch_up.value_or(std::chrono::seconds{0}).count()) +
            " s";
  if (!status.reason.empty())
    text += "; it " + status.reason;
  return text;
}

std::string situation(const projection_status& status, const lag& behind) {
  const auto at = " at position " + std::to_string(status.passed);
  switch (status.state) {
  case projection_state::starting:
    return "is starting" + (status.reason.empty() ? "" : ": " + status.reason);
  case projection_state::running:
    return progress(status, behind);
  case projection_state::backing_off:
    return "is backing off" + at + ": " + status.reason;
  case projection_state::paused:
    return "is " + (status.reason.empty() ? std::string{"paused"} : status.reason) + ", since " +
           to_string(status.since) + at;
  case projection_state::stopped:
    return "is " + status.reason;
  case projection_state::failed:
    return "has failed" + at + ": " + status.reason;
  case projection_state::degraded:
    return "is degraded" + at + " since " + to_string(status.since) + ": " + status.reason;
  case projection_state::standing_by:
    return "stands by" + at + ": " + status.reason;
  case projection_state::diverged:
    return "has diverged from the log: " + status.reason;
  case projection_state::draining:
    return "is finishing its batch and will end";
  case projection_state::ended:
    return "has ended" + at + (status.reason.empty() ? "" : ": " + status.reason);
  }
  return {};
}

} // namespace

std::string explain_status(const projection_status& status, const lag& behind) {
  auto text = "projection \"" + status.key.projection + "\" " + situation(status, behind);
  if (status.set_aside.parked_keys > 0)
    text += "; " + count(status.set_aside.parked_keys, "key") + " parked with " +
            count(status.set_aside.parked_events, "event");
  else if (status.set_aside.letters > 0)
    text += "; " + count(status.set_aside.letters, "dead letter");
  return text;
}

} // namespace waymark
