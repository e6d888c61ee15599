#include "tests/simulation/saver.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <utility>

namespace waymark::sim {

void saver::take(std::int64_t epoch, position_t stored, const checkpoint_advance& advance) {
  if (epoch < epoch_)
    return;
  if (epoch_ != epoch)
    restart();
  epoch_ = epoch;
  saved_ = std::max(saved_, stored);
  const auto handled = pending_ ? pending_->handled : 0;
  pending_ = advance;
  pending_->handled += handled;
}

std::optional<commit_status> saver::try_save() {
  auto advance = *std::exchange(pending_, std::nullopt);
  advance.from = saved_;
  ownership owner{{context_.spec->name, context_.shard}, epoch_};
  try {
    if (on_.which == mutant::forgets_epoch) {
      const auto now = context_.store->load(owner.key);
      owner.epoch = now->epoch;
      advance.from = now->position;
    }
    const auto status = save_position_of(context_, owner, advance);
    if (status == commit_status::committed)
      saved_ = advance.to;
    return status;
  } catch (const store_error&) {
    return std::nullopt;
  }
}

saver::notice saver::about(const std::optional<commit_status>& status) const {
  return [status, epoch = epoch_, position = saved_](projection_machine& m) {
    if (epoch != m.record().epoch)
      return actions{}; // of an owner before
    if (!status)
      return m.on_unsaved("the store is away");
    return *status == commit_status::committed ? m.on_saved_later(position) : m.on_fenced();
  };
}

saver::notice saver::save() {
  const auto status = try_save();
  on_.told.say(to_string(shard_key{context_.spec->name, context_.shard}) + " is saved: " +
               (!status                               ? "fails"
                : *status == commit_status::committed ? std::to_string(saved_)
                                                      : "fenced"));
  return about(status);
}

std::optional<saver::notice> saver::flush(std::int64_t epoch) {
  if (epoch > epoch_)
    restart();
  epoch_ = std::max(epoch_, epoch);
  const auto status = pending_ ? try_save() : commit_status::committed;
  if (!status)
    return std::nullopt;
  return [fenced = *status == commit_status::fenced, position = saved_](projection_machine& m) {
    // The commit to come is fenced too.
    return fenced ? actions{} : m.on_saved_later(position);
  };
}

void saver::restart() {
  pending_.reset();
  epoch_ = saved_ = 0;
}

} // namespace waymark::sim
