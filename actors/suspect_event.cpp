#include "actors/suspect_event.hpp"

namespace waymark {

void suspect_event::take(std::optional<attempt_marker> marker) {
  marker_ = std::move(marker);
  unsettle();
}

void suspect_event::unsettle() {
  poison_at_ = is_poison() ? marker_->position : 0;
}

bool suspect_event::is_poison() const {
  return marker_ && judge(marker_->counts, limits_) == blame::poison;
}

void suspect_event::acquit() noexcept {
  poison_at_ = 0;
  if (marker_)
    marker_->counts = {};
}

bool suspect_event::is_poison(const event& subject) const {
  return is(subject) && is_poison();
}

std::optional<std::string> suspect_event::sequence_key() const {
  return marker_ ? marker_->sequence_key : std::nullopt;
}

std::string suspect_event::why_poison() const {
  return marker_ ? describe_poison(*marker_, limits_) : std::string{};
}

std::string suspect_event::suspicion() const {
  if (!marker_ || poison_at_ != 0 || marker_->counts.ends == 0)
    return {};
  return "a process has ended while the event at position " + std::to_string(marker_->position) +
         " was handled, " + std::to_string(marker_->counts.ends) +
         " in a row: " + marker_->last_end;
}

} // namespace waymark
