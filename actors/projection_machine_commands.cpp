#include "actors/projection_machine.hpp"

namespace waymark {

using level = todo::note::level;

actions projection_machine::pause(const std::string& why, const std::string& by) {
  paused_ = true;
  pause_reason_ = "paused by " + (by.empty() ? "an operator" : by);
  if (!why.empty())
    pause_reason_ += ": " + why;
  if (job_ == job::none)
    let_go_of_pages();
  actions out;
  note(out, level::info, "pause", pause_reason_);
  return out;
}

actions projection_machine::resume(const std::string& by) {
  actions out;
  if (overdue_) {
    note(out, level::warning, "resume", "can't go on: " + *overdue_);
    return out;
  }
  if (paused_ || stand_ != stand::none)
    note(out, level::info, "resume", by.empty() ? "goes on" : "goes on: resumed by " + by);
  paused_ = false;
  if (stand_ != stand::none)
    failing_.forget_give_ups(); // the timer's own tries keep them, so that they pass nothing more
  suspect_.acquit();
  add(out, try_again());
  return out;
}

/// Leaves a standstill. What operators want (pause, hold, drain) stays.
actions projection_machine::try_again() {
  // Who stands full applies nothing, and so does not notice that its claim is lost.
  const bool full = stand_ == stand::full && orders_.empty();
  const bool anew = full || stand_ == stand::failed || stand_ == stand::diverged;
  // Claims again, which also makes the tables again. A state in memory would start from nothing,
  // and fail again where it stands now.
  const bool keeps_state = spec_->where == effect::memory && !state_in_doubt_;
  if (anew && !keeps_state && !holding_ && !draining_)
    lose_claim(); // no order is under way where it stood
  if (stand_ != stand::none) {
    stand_still(stand::none, {});
    failing_.forget_attempts();
    forget_timer();
  }
  return next();
}

actions projection_machine::discard(position_t position, const std::string& by) {
  if (position == 0 || stopped_before() != position)
    return {};
  failing_.discard(position, by.empty() ? "an operator" : by);
  suspect_.settle();
  stand_still(stand::none, {});
  return next();
}

actions projection_machine::take_over() {
  if (state() != projection_state::standing_by)
    return {};
  taking_over_ = true;
  actions out;
  note(out, level::warning, "take_over", "takes the claim over on an operator's word: " + reason_);
  if (job_ != job::none)
    return out; // a claim is under way, the next one follows at once
  forget_timer();
  stand_ = stand::none;
  go_on(out);
  stand_ = stand::standing_by; // as long as the claim has not succeeded
  return out;
}

actions projection_machine::hold() {
  holding_ = true;
  return next();
}

actions projection_machine::release_hold() {
  holding_ = false;
  return next();
}

actions projection_machine::begin_again() {
  holding_ = false;
  paused_ = false;
  lose_claim();
  passed_ = 0;
  record_ = checkpoint{};
  record_.key = key_;
  actions out;
  add(out, orders_.end_all("was reset"));
  failing_.forget_give_ups();
  last_error_.reset();
  forget_timer();
  stand_still(stand::none, {});
  go_on(out);
  return out;
}

} // namespace waymark
