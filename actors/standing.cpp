#include "actors/standing.hpp"

#include <utility>

namespace waymark {

void standing::still(stand as, std::string reason) {
  how = as;
  why = std::move(reason);
}

void standing::pause(const mandate& as) {
  paused = true;
  pause_reason = "paused by " + as.in_words();
}

bool standing::is_full() const noexcept {
  return how == stand::full && !ended && !overdue && !draining && !paused && !holding;
}

bool standing::needs_somebody() const noexcept {
  return how == stand::stopped || how == stand::failed || how == stand::diverged;
}

projection_state standing::state(bool claimed) const noexcept {
  if (ended)
    return how == stand::degraded ? projection_state::degraded : projection_state::ended;
  if (overdue)
    return projection_state::failed;
  if (draining)
    return projection_state::draining;
  if (holding || (paused && !needs_somebody()))
    return projection_state::paused;
  switch (how) {
  case stand::standing_by:
    return projection_state::standing_by;
  case stand::backing_off:
    return projection_state::backing_off;
  case stand::degraded:
    return projection_state::degraded;
  case stand::full:
    return projection_state::paused;
  case stand::stopped:
    return projection_state::stopped;
  case stand::failed:
    return projection_state::failed;
  case stand::diverged:
    return projection_state::diverged;
  case stand::none:
    break;
  }
  return claimed ? projection_state::running : projection_state::starting;
}

std::string standing::reason(bool works) const {
  if (overdue && !ended)
    return *overdue;
  if (ended || draining)
    return why;
  if (holding)
    return "held until its reset is done";
  if (paused)
    return needs_somebody() ? why + "; it is also " + pause_reason : pause_reason;
  return works && goes_on() ? std::string{} : why; // which may be that of a standstill before
}

std::string standing::refusal_to_settle() const {
  if (ended || draining)
    return "is being stopped";
  if (holding)
    return "is being reset";
  if (overdue)
    return "has failed: " + *overdue;
  if (paused)
    return "is " + pause_reason + "; resume it first";
  switch (how) {
  case stand::none:
  case stand::backing_off:
  case stand::full:
    return {};
  case stand::standing_by:
    return "stands by: " + why + "; ask the owner's process";
  case stand::degraded:
    return "is degraded: " + why;
  case stand::stopped:
    return "is " + why;
  case stand::failed:
    return "has failed: " + why + "; mend it and resume it first";
  case stand::diverged:
    return "has diverged: " + why;
  }
  return {};
}

} // namespace waymark
