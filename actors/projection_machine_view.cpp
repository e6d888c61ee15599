#include "actors/projection_machine.hpp"

namespace waymark {

std::optional<timestamp> projection_machine::next_try() const noexcept {
  if (standing_.paused)
    return std::nullopt;
  if (standing_.how == stand::failed && options_.failed_retry.count() == 0)
    return std::nullopt;
  if (standing_.how == stand::failed || standing_.how == stand::backing_off)
    return timer_due_;
  return std::nullopt;
}

std::optional<position_t> projection_machine::stopped_before() const noexcept {
  if (standing_.how != stand::stopped)
    return std::nullopt;
  return record_.failure ? record_.failure->position : failing_.position();
}

bool projection_machine::full() const noexcept {
  return standing_.is_full();
}

projection_state projection_machine::state() const noexcept {
  return standing_.state(claimed_);
}

std::string projection_machine::reason() const {
  return standing_.reason(claimed_ && job_ != job::replay);
}

} // namespace waymark
