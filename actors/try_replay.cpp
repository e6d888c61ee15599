#include "actors/batch_run.hpp"
#include "actors/read_again.hpp"
#include "actors/replay.hpp"

#include <algorithm>
#include <chrono>

namespace waymark {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t most_tried = 1'000;
constexpr std::chrono::milliseconds longest{1'000}; // for all: it keeps others from its rows

/// Goes through a task as `replay` would, with one unit of work that is never committed.
class rehearsal {
 public:
  explicit rehearsal(const replay_request& request)
      : request_{request}, on_{request.on}, store_{*on_.store} {}

  replay_outcome run() {
    if (!request_.log)
      throw store_error{"there is no log to read the events from"};
    replay_outcome out;
    out.key.key = on_.owner.key;
    out.key.sequence_key = request_.task.sequence_key;
    choose(out.key);
    const auto tried = std::min(chosen_.size(), most_tried);
    out.key.untried = static_cast<std::int64_t>(chosen_.size() - tried);
    chosen_.resize(tried);
    if (!can_take_back(*on_.spec)) {
      try_each(out.key, nullptr, {});
    } else if (on_.spec->where == effect::memory) {
      const std::lock_guard lock{on_.state->guard};
      const auto copy = copy_of_state(*on_.spec, on_.state->object.get());
      try_each(out.key, nullptr, {nullptr, copy.get()});
    } else {
      const auto unit = store_.begin(on_.owner);
      if (!unit) {
        out.state = replay_outcome::status::fenced;
        return out;
      }
      try_each(out.key, unit.get(), {&unit->model(), nullptr});
    }
    return out;
  }

 private:
  /// What would be handled, in order.
  void choose(settled_key& key) {
    auto parked = store_.parked_positions(on_.owner.key, request_.task.sequence_key);
    bool queue = request_.task.queue;
    for (const auto id : request_.task.letters) {
      const auto letter = store_.letter(id);
      if (!letter || letter->key != on_.owner.key || letter->generation != request_.generation)
        continue;
      const bool waits = std::binary_search(parked.begin(), parked.end(), letter->position);
      queue = queue || waits;
      if (request_.order->verb == settle_verb::discard) {
        std::erase(parked, letter->position);
        ++key.discarded;
      } else if (!waits) {
        chosen_.push_back(letter->position);
      }
    }
    key.remaining = static_cast<std::int64_t>(parked.size());
    parked_ = parked;
    if (queue)
      chosen_.insert(chosen_.end(), parked.begin(), parked.end());
  }

  void try_each(settled_key& key, unit_of_work* unit, const handler_target& target) {
    begun_ = steady_clock::now();
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const auto position = chosen_[i];
      if (i > 0 && has_to_end(unit)) {
        key.untried += static_cast<std::int64_t>(chosen_.size() - i);
        return;
      }
      const auto source = read_again(*request_.log, position);
      auto alone = on_;
      alone.passed = position - 1;
      alone.max_events = 1;
      alone.parked = nullptr;
      batch_run run{alone, source};
      if (const auto fault = try_one(run, unit, target)) {
        if (fault->who == fault::store)
          throw store_error{fault->error};
        const auto& e = run.event_at(0);
        key.failed = replay_failure{e.position, e.event_id, e.event_type, fault->error};
        return;
      }
      ++(run.size() == 1 ? key.replayed : key.unwanted);
      if (std::binary_search(parked_.begin(), parked_.end(), position))
        --key.remaining;
    }
  }

  /// Who has the only session of a store gives way to others like any transaction.
  [[nodiscard]] bool has_to_end(const unit_of_work* unit) const {
    const auto lasts = steady_clock::now() - begun_;
    const bool alone = unit && store_.max_sessions() == 1;
    return lasts >= (alone ? on_.spec->batch.max_transaction : longest);
  }

  [[nodiscard]] std::optional<batch_fault> try_one(batch_run& run, unit_of_work* unit,
                                                   const handler_target& target) const {
    if (run.size() == 0)
      return std::nullopt;
    if (!can_take_back(*on_.spec))
      return run.look_at(0);
    return run.execute(1, unit, target).fault;
  }

  const replay_request& request_;
  const apply_request& on_;
  projection_store& store_;
  std::vector<position_t> parked_;
  std::vector<position_t> chosen_;
  steady_clock::time_point begun_{};
};

} // namespace

bool can_take_back(const projection_spec& spec) noexcept {
  return spec.where == effect::database || (spec.where == effect::memory && spec.copy_state);
}

replay_outcome try_replay(const replay_request& request) {
  try {
    return rehearsal{request}.run();
  } catch (const std::exception& problem) {
    replay_outcome outcome;
    outcome.state = replay_outcome::status::faulted;
    outcome.error = problem.what();
    return outcome;
  }
}

} // namespace waymark
