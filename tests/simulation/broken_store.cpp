#include "tests/simulation/broken_store.hpp"

#include "tests/simulation/forwarding_store.hpp"

#include <algorithm>

namespace waymark::sim {

namespace {

class broken_unit final : public unit_of_work {
 public:
  broken_unit(mutant which, std::unique_ptr<unit_of_work> real,
              std::shared_ptr<projection_store> in, const ownership& owner, rng& random,
              std::vector<position_t> parked)
      : which_{which}, real_{std::move(real)}, in_{std::move(in)}, owner_{owner}, random_{random},
        parked_{std::move(parked)} {}

  bool stale = false; ///< Of an owner before, who should not have got it.

  [[nodiscard]] read_model& model() override { return real_->model(); }
  [[nodiscard]] bool failed() const noexcept override { return real_->failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override { return real_->failure(); }
  void park(std::string_view sequence_key, position_t position) override {
    if (which_ != mutant::loses_parked || !random_.one_in(5))
      real_->park(sequence_key, position);
  }
  void unpark(std::string_view sequence_key, position_t position) override {
    if (which_ == mutant::keeps_parked)
      return;
    real_->unpark(sequence_key, position);
    const auto rest = std::upper_bound(parked_.begin(), parked_.end(), position);
    if (which_ == mutant::drops_rest)
      std::for_each(rest, parked_.end(), [&](position_t at) { real_->unpark(sequence_key, at); });
    if (rest != parked_.end())
      next_ = {std::string{sequence_key}, *rest};
  }
  void add_letter(const dead_letter& letter) override {
    if (which_ != mutant::loses_letter || !random_.one_in(5))
      real_->add_letter(letter);
  }
  bool update_letter(const dead_letter& letter) override {
    return which_ == mutant::loses_attempt || real_->update_letter(letter);
  }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    if (which_ == mutant::keeps_letter)
      return true;
    if (which_ == mutant::discards_two && how.verb == settle_verb::discard && next_.second > 0)
      real_->unpark(next_.first, next_.second);
    return real_->settle_letter(id, how);
  }
  void clear_attempt() override {
    if (which_ != mutant::keeps_marker)
      real_->clear_attempt();
  }

  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override {
    if (stale && advance.to > advance.from)
      return commit_status::fenced;
    if (which_ == mutant::forgets_effects && random_.one_in(10)) {
      real_.reset();
      return in_->save(owner_, advance);
    }
    if (which_ == mutant::forgets_checkpoint && random_.one_in(10)) {
      auto nowhere = advance;
      nowhere.to = advance.from;
      return real_->commit(nowhere);
    }
    return real_->commit(advance);
  }

 private:
  mutant which_;
  std::unique_ptr<unit_of_work> real_;
  std::shared_ptr<projection_store> in_;
  ownership owner_;
  rng& random_;
  std::vector<position_t> parked_;
  std::pair<std::string, position_t> next_; ///< Parked behind the one that was taken away.
};

class broken_store final : public forwarding_store {
 public:
  broken_store(mutant which, std::shared_ptr<projection_store> real, rng& random)
      : forwarding_store{std::move(real)}, which_{which}, random_{random} {}

  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override {
    auto results = real_->claim(requests);
    for (auto& each : results)
      if (which_ == mutant::forgets_caution)
        each.record.careful_until = 0;
    return results;
  }
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override {
    auto anew = subject;
    if (which_ == mutant::forgets_ends) {
      anew.position = 0; // the one of another event is replaced
      static_cast<void>(real_->begin_attempt(owner, anew));
      anew = subject;
    }
    return real_->begin_attempt(owner, anew);
  }
  void end_attempt(const ownership& owner) override {
    if (which_ != mutant::never_ends)
      real_->end_attempt(owner);
  }
  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override {
    auto as = pretend(owner);
    auto unit = real_->begin(as);
    const bool stale = !unit && which_ == mutant::replays_unfenced;
    if (stale) {
      as = as_current(owner);
      unit = real_->begin(as);
    }
    if (!unit)
      return nullptr;
    auto result = std::make_unique<broken_unit>(which_, std::move(unit), real_, as, random_, seen_);
    result->stale = stale;
    return result;
  }
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    return real_->save(pretend(owner), advance);
  }
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    return real_->store_failure(pretend(owner), why);
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    real_->reset(as, which_ == mutant::resets_half ? std::span<const std::string>{} : truncate);
  }
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override {
    auto queues = real_->parked_queues(key);
    if (which_ == mutant::forgets_key && !queues.empty())
      queues.pop_back();
    return queues;
  }
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override {
    seen_ = real_->parked_positions(key, sequence_key);
    if (which_ == mutant::skips_parked && seen_.size() > 1)
      seen_.erase(seen_.begin());
    return seen_;
  }

 private:
  [[nodiscard]] ownership as_current(const ownership& owner) {
    const auto now = real_->load(owner.key);
    return now ? ownership{owner.key, now->epoch} : owner;
  }
  [[nodiscard]] ownership pretend(const ownership& owner) {
    return which_ == mutant::ignores_epoch ? as_current(owner) : owner;
  }

  mutant which_;
  rng& random_;
  std::vector<position_t> seen_; ///< What a replay has read last.
};

} // namespace

std::shared_ptr<projection_store> make_broken(mutant which, std::shared_ptr<projection_store> real,
                                              rng& random) {
  return std::make_shared<broken_store>(which, std::move(real), random);
}

} // namespace waymark::sim
