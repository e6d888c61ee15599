#include "tests/simulation/fault_plan.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <string>

namespace waymark::sim {

void fault_plan::heal() {
  rate_ = kill_rate_ = 0;
  full_until_ = timestamp{};
  interlude = nullptr;
}

void fault_plan::fill_disk(int writes, std::chrono::milliseconds how_long) {
  writes_left_ = writes;
  full_until_ = time_.now() + how_long;
}

void fault_plan::require_alive(const char* place) {
  if (!spot_.process)
    return;
  if (kill_rate_ > 0 && !spot_.process->over && random_.per_mille(kill_rate_)) {
    trace_.saw("killed at", place);
    trace_.say("  " + spot_.process->owner + " is killed at " + place);
    dead_.dies(*spot_.process);
  }
  if (spot_.process->over)
    throw process_died{};
}

void fault_plan::before(const char* place, bool writes, int often) {
  require_alive(place);
  const bool fails = rate_ > 0 && random_.per_mille(std::min(rate_ * often, 250));
  if (fails && writes && random_.one_in(often > 1 ? 2 : 3))
    fill_disk(0, std::chrono::milliseconds{300});
  if (writes && time_.now() < full_until_ && writes_left_-- <= 0) {
    trace_.saw("disk full at", place);
    trace_.say(std::string{"  disk full at "} + place);
    throw store_error{"the disk is full"};
  }
  if (!fails)
    return;
  trace_.saw("fails at", place);
  trace_.say(std::string{"  fails at "} + place);
  throw store_error{std::string{"can't "} + place};
}

void fault_plan::after(const char* place) {
  require_alive(place);
  if (rate_ == 0 || !random_.per_mille(rate_))
    return;
  trace_.saw("reply lost after", place);
  trace_.say(std::string{"  reply lost after "} + place);
  throw store_error{std::string{"no reply to "} + place, store_error::outcome::unknown};
}

void fault_plan::others_may_run() {
  if (!interlude || inside_interlude_ || !random_.one_in(12))
    return;
  inside_interlude_ = true;
  interlude();
  inside_interlude_ = false;
}

} // namespace waymark::sim
