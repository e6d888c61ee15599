#include "actors/projection_machine.hpp"

namespace waymark {

using level = todo::note::level;

actions projection_machine::pause(const mandate& as) {
  standing_.pause(as);
  if (job_ == job::none)
    let_go_of_pages();
  actions out;
  note(out, level::info, "pause", standing_.pause_reason);
  return out;
}

actions projection_machine::resume(const mandate& as) {
  actions out;
  if (standing_.overdue) {
    standing_.paused = false; // so it goes on once its handler has come back
    note(out, level::warning, "resume", "can't go on: " + *standing_.overdue);
    return out;
  }
  if (standing_.paused || !standing_.goes_on())
    note(out, level::info, "resume", "goes on: resumed by " + as.in_words());
  standing_.paused = false;
  if (!standing_.goes_on())
    failing_.forget_give_ups(); // the timer's own tries keep them, so that they pass nothing more
  suspect_.acquit();
  add(out, try_again());
  return out;
}

/// Leaves a standstill. What operators want (pause, hold, drain) stays.
actions projection_machine::try_again() {
  if (standing_.paused)
    return {}; // resume does it; a claim that is lost here would not be released by a drain
  // Who stands full applies nothing, and so does not notice that its claim is lost.
  const bool full = standing_.how == stand::full && orders_.empty();
  const bool anew = full || standing_.how == stand::failed || standing_.how == stand::diverged;
  // Claims again, which also makes the tables again. A state in memory would start from nothing,
  // and fail again where it stands now.
  const bool keeps_state = spec_->where == effect::memory && !state_in_doubt_;
  if (anew && !keeps_state && !standing_.holding && !standing_.draining)
    lose_claim(); // no order is under way where it stood
  if (!standing_.goes_on()) {
    standing_.go_on();
    failing_.forget_attempts();
    forget_timer();
  }
  return next();
}

actions projection_machine::discard(position_t position, const mandate& as) {
  if (position == 0 || stopped_before() != position)
    return {};
  failing_.discard(position, as.in_words());
  if (suspect_.poison_at() == position)
    suspect_.settle(); // one before it is poison still
  standing_.go_on();
  return next();
}

actions projection_machine::take_over(const mandate& as) {
  if (state() != projection_state::standing_by)
    return {};
  taking_over_ = true;
  actions out;
  note(out, level::warning, "take_over",
       "takes the claim over on the word of " + as.in_words() + "; " + standing_.why);
  if (job_ != job::none)
    return out; // a claim is under way, the next one follows at once
  forget_timer();
  standing_.how = stand::none;
  go_on(out);
  standing_.how = stand::standing_by; // as long as the claim has not succeeded
  return out;
}

actions projection_machine::hold() {
  standing_.holding = true;
  return next();
}

actions projection_machine::release_hold() {
  standing_.holding = false;
  return next();
}

actions projection_machine::begin_again() {
  standing_.holding = false;
  standing_.paused = false;
  lose_claim();
  passed_ = 0;
  record_ = checkpoint{};
  record_.key = key_;
  actions out;
  add(out, orders_.end_all("was reset"));
  failing_.forget_give_ups();
  last_error_.reset();
  forget_timer();
  standing_.go_on();
  go_on(out);
  return out;
}

} // namespace waymark
