#include <waymark/testing/check_replay.hpp>

#include "testing/replay_run.hpp"

#include <waymark/persistence/store.hpp>

#include <algorithm>
#include <exception>
#include <numeric>
#include <random>
#include <sstream>

namespace waymark::testing::detail {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

replay_difference first_difference(std::string how, const std::string& expected,
                                   const std::string& found) {
  const auto a = lines_of(expected);
  const auto b = lines_of(found);
  const auto [i, j] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return {std::move(how), i == a.end() ? "" : *i, j == b.end() ? "" : *j};
}

/// The plans of one check, carried out and compared as they are made.
class replay_check {
 public:
  replay_check(const replay_subject& subject, std::size_t events, const replay_options& options)
      : subject_{subject}, events_{std::max<std::size_t>(events, 1)}, options_{options},
        random_{options.seed} {
    report_.seed = options.seed;
  }

  replay_report carry_out() {
    expected_ = testing::carry_out(subject_, {{events_}}).read_model;
    repeat_the_plain_one();
    splits();
    const bool resets = subject_.make()->can_be_reset();
    const auto restarts = static_cast<int>(std::min(events_, max_restarts));
    for (const auto& sizes : std::vector<std::vector<std::size_t>>{{1}, {2, 3}, {events_}}) {
      attempt({sizes, breakage::crash_after_commits, restarts});
      if (resets)
        attempt({sizes, breakage::none, 0, true});
    }
    break_at_every_step();
    return std::move(report_);
  }

 private:
  /// An in-memory projection begins anew after each.
  static constexpr std::size_t max_restarts = 10;

  void repeat_the_plain_one() {
    ++report_.runs;
    const auto again = testing::carry_out(subject_, {{events_}}).read_model;
    if (again != expected_)
      report_.differences.push_back(first_difference(
          "the plain replay once more; handlers use something besides the log", expected_, again));
  }

  void splits() {
    attempt({{1}});
    attempt({{2}});
    for (int i = 0; i < options_.random_splits; ++i)
      attempt({random_sizes()});
  }

  void break_at_every_step() {
    const replay_plan whole{{events_}};
    const replay_plan split{random_sizes()};
    for (const auto* plan : {&whole, &split}) {
      const auto steps = testing::carry_out(subject_, *plan).steps;
      for (const int step : some_of(steps))
        for (const auto what : {breakage::crash, breakage::store_fault})
          attempt({plan->sizes, what, step});
    }
  }

  void attempt(const replay_plan& plan) {
    ++report_.runs;
    replay_outcome outcome;
    try {
      outcome = testing::carry_out(subject_, plan);
    } catch (const std::exception& e) {
      report_.differences.push_back({"a run that threw", "", e.what()});
      return;
    }
    if (outcome.read_model != expected_)
      report_.differences.push_back(first_difference(outcome.how, expected_, outcome.read_model));
  }

  std::vector<std::size_t> random_sizes() {
    std::vector<std::size_t> sizes;
    for (std::size_t sum = 0; sum < events_; sum += sizes.back())
      sizes.push_back(1 + random_() % std::min<std::size_t>(events_, 8));
    return sizes;
  }

  /// Steps 1 to `count`, or as many of them as the options allow, in order.
  std::vector<int> some_of(int count) {
    std::vector<int> steps(static_cast<std::size_t>(count));
    std::iota(steps.begin(), steps.end(), 1);
    if (count > options_.crash_points) {
      std::shuffle(steps.begin(), steps.end(), random_);
      steps.resize(static_cast<std::size_t>(std::max(options_.crash_points, 0)));
      std::sort(steps.begin(), steps.end());
    }
    return steps;
  }

  const replay_subject& subject_;
  std::size_t events_;
  const replay_options& options_;
  std::mt19937_64 random_;
  std::string expected_;
  replay_report report_;
};

} // namespace

replay_report check_replay(const std::function<spec_ptr()>& make, const state_text& state,
                           std::span<const past_event> events, const replay_options& options) {
  manual_clock clock;
  const auto source = open("memory:", {.clock = &clock});
  append_history(*source.events, events);
  const replay_subject subject{make, state, *source.events};
  return replay_check{subject, events.size(), options}.carry_out();
}

} // namespace waymark::testing::detail
