#include "tests/simulation/mutants.hpp"

#include "tests/simulation/broken_store.hpp"

#include <algorithm>
#include <iterator>

namespace waymark::sim {

namespace {

class broken_log final : public event_store {
 public:
  broken_log(mutant which, std::shared_ptr<event_store> real, rng& random)
      : which_{which}, real_{std::move(real)}, random_{random} {}

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] std::string log_id() override { return real_->log_id(); }
  std::vector<append_result> append(std::span<const append_command> group) override {
    if (which_ != mutant::loses_append || group.size() != 1 || !random_.one_in(5))
      return real_->append(group);
    append_result lie;
    lie.value.first_position = real_->head() + 1;
    lie.value.last_position = real_->head() + static_cast<position_t>(group.front().events.size());
    return {lie};
  }
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override {
    return real_->read_stream(stream, range);
  }
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override {
    auto result = real_->read_all(after, limit, filter);
    if (which_ == mutant::skips_event && result.events.size() > 2 && random_.one_in(5))
      result.events.erase(result.events.begin() + 1);
    if (which_ == mutant::jumps_gap && random_.one_in(5)) // as if head were read after the rows
      result.scanned_to = std::min(result.scanned_to + 1, result.head);
    return result;
  }
  [[nodiscard]] position_t head() override { return real_->head(); }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return real_->wait_for(after, timeout);
  }
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override {
    return real_->mark_at(position);
  }
  [[nodiscard]] timestamp now() override { return real_->now(); }

 private:
  mutant which_;
  std::shared_ptr<event_store> real_;
  rng& random_;
};

} // namespace

std::string_view to_string(mutant which) {
  static constexpr std::string_view names[] = {
      "none",          "forgets_effects",  "forgets_checkpoint", "loses_parked",   "loses_letter",
      "ignores_epoch", "resets_half",      "loses_append",       "forgets_timers", "skips_event",
      "jumps_gap",     "trusts_zombies",   "forgets_epoch",      "drops_rest",     "discards_two",
      "keeps_parked",  "skips_parked",     "keeps_letter",       "loses_attempt",  "forgets_key",
      "replays_unfenced", "loses_answer",  "keeps_marker",       "never_ends",     "forgets_ends",
      "forgets_caution",  "ages_all",      "shares_baton"};
  static_assert(std::size(names) == static_cast<std::size_t>(last_mutant) + 1);
  return names[static_cast<std::size_t>(which)];
}

std::shared_ptr<projection_store> mutate(mutant which, std::shared_ptr<projection_store> real,
                                         rng& random) {
  return which == mutant::none ? real : make_broken(which, std::move(real), random);
}

std::shared_ptr<event_store> mutate(mutant which, std::shared_ptr<event_store> real, rng& random) {
  const bool of_log = which == mutant::loses_append || which == mutant::skips_event ||
                      which == mutant::jumps_gap;
  return of_log ? std::make_shared<broken_log>(which, std::move(real), random) : real;
}

} // namespace waymark::sim
