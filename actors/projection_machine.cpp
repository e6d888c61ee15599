#include "actors/projection_machine.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

using level = todo::note::level;

namespace {

std::shared_ptr<parking_lot> part_of_limit(const projection_spec& spec) {
  const auto of_shard = spec.parking.per_projection / spec.shards;
  return std::make_shared<parking_lot>(std::max<std::int64_t>(1, of_shard), 0);
}

} // namespace

projection_machine::projection_machine(spec_ptr spec, int shard, machine_options options)
    : spec_{std::move(spec)}, options_{std::move(options)}, key_{spec_->name, shard},
      aside_{options_.lot ? options_.lot : part_of_limit(*spec_), shard},
      suspect_{spec_->retry.max_crashes}, orders_{key_, can_take_back(*spec_)},
      schedule_{spec_->retry_letters} {
  record_.key = key_;
}

actions projection_machine::next() {
  actions out;
  go_on(out);
  return out;
}

void projection_machine::go_on(actions& out) {
  if (standing_.ended || job_ != job::none)
    return;
  if (was_fenced_ || trouble_) {
    add(out, was_fenced_ ? fenced() : end_for_store(*trouble_));
  } else if (standing_.draining) {
    add(out, orders_.end_all(standing_.refusal_to_settle()));
    if (release_waits_) {
      // its timer comes
    } else if (claimed_) {
      job_ = job::release;
      out.emplace_back(todo::release{});
    } else {
      standing_.ended = true;
      out.emplace_back(todo::end{});
    }
  } else if (standing_.holding) {
    add(out, orders_.interrupt(standing_.refusal_to_settle()));
    out.emplace_back(todo::held{});
  } else if (standing_.paused || !standing_.goes_on()) {
    if (standing_.paused || standing_.how != stand::backing_off)
      let_go_of_pages();
    if (may_replay())
      replay_next(out);
    else
      add(out, orders_.interrupt(standing_.refusal_to_settle(),
                                 "; the rest of the key follows when it goes on"));
  } else if (!claimed_) {
    job_ = job::claim;
    out.emplace_back(todo::claim{std::exchange(taking_over_, false)});
  } else {
    work_next(out);
  }
}

/// Live events and replays in turns, so that neither waits for the end of the other.
void projection_machine::work_next(actions& out) {
  const bool live = page_.goes_on(passed_);
  if (!live)
    fetch_next(out);
  const bool ready = live && !gather(out);
  if (may_replay() && (!ready || replay_turn_)) {
    replay_next(out);
  } else if (ready) {
    replay_turn_ = true;
    apply_next(out);
  }
}

void projection_machine::apply_next(actions& out) {
  const auto discarded = failing_.discard_at();
  const auto poison = suspect_.poison_at();
  const bool poison_first = poison > passed_ && poison < discarded;
  if (discarded > passed_ && !poison_first && page_.reaches(discarded)) {
    auto before = page_.part(passed_, discarded);
    if (before->events.empty())
      return give_up_discarded(out);
    applying_ = std::move(before);
  } else if (poison > passed_ && page_.reaches(poison)) {
    applying_ = page_.part(passed_, poison);
    if (applying_->events.empty())
      return give_up_poison(out);
    page_.cut(applying_);
  } else {
    applying_ = page_.get();
  }
  job_ = job::apply;
  const bool alone = careful() || failing_.is_tried();
  const auto at_once = options_.stall ? options_.stall->at_once() : 0;
  out.emplace_back(todo::apply{applying_, alone ? std::size_t{1} : at_once});
}

void projection_machine::give_up_discarded(actions& out) {
  const auto at = failing_.discard_at();
  const auto* found = page_.find(at);
  if (!found) {
    failing_.forget_discard();
    return go_on(out);
  }
  failing_.recall(at, record_.failure);
  auto letter = letter_for(*found);
  letter.error +=
      (letter.error.empty() ? "discarded by " : "; discarded by ") + failing_.discarded_by();
  job_ = job::give_up;
  giving_up_ = todo::give_up{page_.get(), found, std::move(letter), false};
  out.emplace_back(giving_up_);
}

void projection_machine::wait(actions& out, std::chrono::milliseconds delay) {
  timer_due_ = options_.time->now() + delay;
  out.emplace_back(todo::wake{delay, ++timer_token_});
}

void projection_machine::forget_timer() {
  ++timer_token_;
  release_waits_ = false;
}

void projection_machine::wait_after_failure(actions& out) {
  if (options_.failed_retry.count() > 0)
    wait(out, options_.failed_retry);
  else
    forget_timer(); // an older one does not try again either
}

actions projection_machine::start() {
  return next();
}

actions projection_machine::on_timer(std::uint64_t token) {
  if (token != timer_token_ || standing_.ended)
    return {};
  if (std::exchange(release_waits_, false))
    return next();
  if (standing_.how == stand::full)
    return look_for_room();
  if (standing_.how == stand::failed)
    return try_again();
  if (page_.is_gathering() && !log_.is_asking())
    return {log_.ask_at_once(page_.end())};
  const auto before = standing_.how;
  if (before == stand::standing_by || before == stand::backing_off || before == stand::degraded)
    standing_.how = stand::none;
  auto out = next();
  if (before == stand::standing_by || (before == stand::degraded && log_.is_asking()))
    standing_.how = before; // as long as the claim has not succeeded, or the log not answered
  if (before == stand::standing_by && job_ == job::none && !standing_.ended)
    wait(out, options_.standby_poll); // held, and nothing claims when that is over
  return out;
}

actions projection_machine::on_save_tick() {
  const bool ahead = passed_ > record_.position;
  // A save clears the stored failure, which has to stay until somebody decides about it.
  const bool may_save = claimed_ && job_ == job::none && !record_.failure;
  if (!may_save || !ahead || standing_.holding || standing_.draining || standing_.ended)
    return {};
  if (spec_->where == effect::outside) {
    if (careful())
      return {}; // each event is saved with its marker, and nobody else may save meanwhile
    // Also what was handed over before, in case whoever saves it was restarted meanwhile.
    checkpoint_advance advance;
    advance.from = record_.position;
    advance.to = passed_;
    return {todo::save_later{advance}};
  }
  job_ = job::save;
  saving_to_ = passed_;
  return {todo::save_passed{saving_to_}};
}

void projection_machine::note(actions& out, level severity, const char* what,
                              std::string text) const {
  out.emplace_back(todo::note{severity, what, std::move(text)});
}

} // namespace waymark
