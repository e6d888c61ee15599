#include "actors/projection_machine.hpp"

#include "actors/letter_rounds.hpp"

namespace waymark {

using level = todo::note::level;

/// As if the handler had failed once more, and for good. An event of a parked key is left to be
/// parked, which runs no handler either.
void projection_machine::give_up_poison(actions& out) {
  const auto* found = page_.find(suspect_.poison_at());
  suspect_.settle();
  if (!found || !suspect_.is(*found))
    return go_on(out); // it is not wanted any more
  apply_outcome outcome;
  outcome.state = apply_outcome::status::faulted;
  outcome.error = suspect_.why_poison();
  outcome.culprit = found;
  outcome.retry_is_useless = true;
  const auto key = find_key(*found);
  outcome.has_key = key.has_value();
  if (key && aside_.has(*key))
    return go_on(out);
  if (!key && key_.shard != 0) { // an event without a key belongs to the first shard
    passed_ = found->position;
    return go_on(out);
  }
  applying_ = page_.get();
  decide_fault(out, outcome, left_to_a_person);
}

/// The author's rule is not asked about an event that it may have ended processes with.
std::optional<std::string> projection_machine::find_key(const event& subject) const {
  if (suspect_.is_poison(subject) && spec_->sequence_by.key)
    return suspect_.sequence_key();
  try {
    return spec_->key_of(subject);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool projection_machine::careful() const noexcept {
  return spec_->where != effect::memory &&
         (record_.events_processed < record_.careful_until || suspect_.is_behind(passed_));
}

void projection_machine::take_care(actions& out, const claim_report& report) {
  suspect_.take(report.suspect);
  caution_ = report.caution;
  if (!report.ended_owner.empty() && careful())
    note(out, level::warning, "careful",
         "its owner before, " + report.ended_owner +
             ", ended without a release: goes on event by event");
  if (const auto suspicion = suspect_.suspicion(); !suspicion.empty())
    note(out, level::warning, "suspect", suspicion);
}

} // namespace waymark
