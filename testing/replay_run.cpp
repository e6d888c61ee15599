#include "testing/replay_run.hpp"

#include "testing/read_model_text.hpp"
#include "testing/splitting_log.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <algorithm>
#include <utility>

namespace waymark::testing {

namespace {

/// A store that breaks once can't keep a run from its end for longer than this.
constexpr int max_tries = 1'000;
/// After a crash the next process waits for as long as a claim outlives its owner.
constexpr std::chrono::seconds owner_is_gone{11};

std::string in_words(const replay_plan& plan) {
  std::string text = "pages of";
  for (std::size_t i = 0; i < plan.sizes.size(); ++i)
    text += (i == 0 ? " " : ", ") + std::to_string(plan.sizes[i]);
  text += plan.sizes.back() == 1 && plan.sizes.size() == 1 ? " event" : " events";
  if (plan.sizes.size() > 1)
    text += " (the last size goes on)";
  return text;
}

/// Calls again what the store could not serve, as whoever drives a projector does.
template <class F>
auto patiently(F call) {
  for (int tries = 1;; ++tries) {
    try {
      return call();
    } catch (const store_error&) {
      if (tries == max_tries)
        throw;
    }
  }
}

/// One process after the other on the same store: what a crash ends, the next one goes on with.
class replay_run {
 public:
  replay_run(const replay_subject& subject, const replay_plan& plan)
      : subject_{subject}, plan_{plan}, store_{open("memory:", {.clock = &clock_})},
        before_{table_names(*store_.projections)}, records_{std::make_shared<breaking_store>(
                                                       store_.projections, plan.what, plan.at)},
        log_{subject.log, [this] { return next_size(); }} {}

  replay_outcome carry_out() {
    while (!live()) {
      records_->path().revive();
      clock_.advance(owner_is_gone);
      page_ = 0;
    }
    return {read_model_, how(), records_->path().count()};
  }

  [[nodiscard]] std::string how() const {
    auto text = in_words(plan_);
    if (plan_.what == breakage::crash_after_commits)
      text += ", a crash after each commit";
    else if (!records_->path().broken_at().empty())
      text += std::string{plan_.what == breakage::crash ? ", a crash " : ", a failing store "} +
              records_->path().broken_at() + " (step " + std::to_string(plan_.at) + ")";
    if (plan_.again)
      text += ", then everything again after a reset";
    return text;
  }

 private:
  std::size_t next_size() {
    const auto size = plan_.sizes[std::min(page_, plan_.sizes.size() - 1)];
    ++page_;
    return size;
  }

  /// The life of one process; false if another one has to go on.
  bool live() {
    try {
      const auto spec = subject_.make();
      std::vector<projector> shards;
      for (int shard = 0; shard < spec->shards; ++shard)
        shards.push_back(patiently([&] { return start(spec, shard); }));
      replay(shards);
      if (plan_.again && !std::exchange(reset_, true)) {
        if (!start_again(shards))
          return false;
      }
      read_model_ = look(*spec, shards);
      return true;
    } catch (const simulated_crash&) {
      return false;
    } catch (const std::exception&) {
      if (!records_->path().dead()) // what a handler or a caller made of the crash is no error
        throw;
      return false;
    }
  }

  projector start(const spec_ptr& spec, int shard) {
    projector_options options{shard, &clock_, {}};
    options.sleep = [this](std::chrono::milliseconds delay) { clock_.advance(delay); };
    return projector{spec, records_, std::move(options)};
  }

  void replay(std::vector<projector>& shards) {
    for (auto& shard : shards)
      patiently([&] { (void)shard.resume(log_); });
  }

  /// In this process; with several shards in the next one, since a reset fences all but its own.
  bool start_again(std::vector<projector>& shards) {
    if (shards.size() > 1) {
      patiently([&] { shards.front().reset(); });
      return false;
    }
    patiently([&] { (void)shards.front().rebuild(log_); });
    return true;
  }

  [[nodiscard]] std::string look(const projection_spec& spec,
                                 const std::vector<projector>& shards) const {
    std::string text;
    if (subject_.state)
      for (const auto& shard : shards)
        text += subject_.state(shard) + "\n";
    else
      text = tables_text(*store_.projections, before_);
    return text + record_text(*store_.projections, spec);
  }

  const replay_subject& subject_;
  const replay_plan& plan_;
  manual_clock clock_;
  store store_;
  std::set<std::string> before_;
  std::shared_ptr<breaking_store> records_;
  splitting_log log_;
  std::size_t page_ = 0;
  bool reset_ = false;
  std::string read_model_;
};

} // namespace

replay_outcome carry_out(const replay_subject& subject, const replay_plan& plan) {
  replay_run run{subject, plan};
  return run.carry_out();
}

} // namespace waymark::testing
