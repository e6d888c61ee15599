#include "actors/failing_event.hpp"

#include <iterator>
#include <utility>

namespace waymark {

namespace {

constexpr std::ptrdiff_t most_tries_kept = 100;

} // namespace

std::string failing_event::error() const {
  return attempts_.empty() ? std::string{} : attempts_.back().error;
}

void failing_event::fail(position_t position, failed_attempt attempt) {
  if (position_ != position)
    attempts_.clear();
  position_ = position;
  attempts_.push_back(std::move(attempt));
}

attempt_facts failing_event::facts() const {
  attempt_facts facts;
  facts.attempt = static_cast<int>(attempts_.size());
  facts.give_ups_in_a_row = give_ups_in_a_row_;
  return facts;
}

stored_failure failing_event::failure(const event& culprit,
                                      const std::optional<stored_failure>& before) const {
  stored_failure why{culprit.position, culprit.event_id, culprit.event_type, 0,
                     attempts_.back().error, attempts_.back().at};
  if (before && before->event_id == culprit.event_id) {
    why.attempts = before->attempts;
    why.tries = before->tries;
  }
  why.attempts += static_cast<int>(attempts_.size());
  why.tries.insert(why.tries.end(), attempts_.begin(), attempts_.end());
  const auto too_many = std::ssize(why.tries) - most_tries_kept;
  if (too_many > 0)
    why.tries.erase(why.tries.begin(), why.tries.begin() + too_many);
  return why;
}

void failing_event::pass(position_t to) noexcept {
  if (to >= position_)
    attempts_.clear();
}

void failing_event::forget() noexcept {
  attempts_.clear();
  position_ = 0;
  discard_at_ = 0;
}

void failing_event::give_up() noexcept {
  const bool wanted = discard_at_ > 0 && discard_at_ == position_;
  give_ups_in_a_row_ = wanted ? 0 : give_ups_in_a_row_ + 1;
  if (wanted)
    forget_discard();
  attempts_.clear();
}

void failing_event::discard(position_t position, std::string by) {
  position_ = discard_at_ = position;
  discarded_by_ = std::move(by);
}

void failing_event::recall(position_t position, const std::optional<stored_failure>& kept) {
  position_ = position;
  attempts_ = kept ? kept->tries : std::vector<failed_attempt>{};
  if (attempts_.empty() && kept)
    attempts_.push_back({kept->at, kept->error});
}

} // namespace waymark
