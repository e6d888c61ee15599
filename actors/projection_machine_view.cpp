#include "actors/projection_machine.hpp"

namespace waymark {

std::optional<timestamp> projection_machine::next_try() const noexcept {
  if (stand_ == stand::failed && options_.failed_retry.count() == 0)
    return std::nullopt;
  if (stand_ == stand::failed || stand_ == stand::backing_off)
    return timer_due_;
  return std::nullopt;
}

std::optional<position_t> projection_machine::stopped_before() const noexcept {
  if (stand_ != stand::stopped)
    return std::nullopt;
  return record_.failure ? record_.failure->position : failing_.position();
}

bool projection_machine::full() const noexcept {
  return stand_ == stand::full && state() == projection_state::paused && !paused_ && !holding_;
}

projection_state projection_machine::state() const noexcept {
  if (ended_)
    return stand_ == stand::degraded ? projection_state::degraded : projection_state::ended;
  if (overdue_)
    return projection_state::failed;
  if (draining_)
    return projection_state::draining;
  if (paused_ || holding_)
    return projection_state::paused;
  switch (stand_) {
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
  return claimed_ ? projection_state::running : projection_state::starting;
}

const std::string& projection_machine::reason() const noexcept {
  static const std::string held{"held until its reset is done"};
  if (overdue_ && !ended_)
    return *overdue_;
  if (ended_ || draining_)
    return reason_;
  if (holding_ || paused_)
    return holding_ ? held : pause_reason_;
  static const std::string nothing;
  const bool runs = claimed_ && stand_ == stand::none && job_ != job::replay;
  return runs ? nothing : reason_; // which may be that of a standstill before
}

} // namespace waymark
