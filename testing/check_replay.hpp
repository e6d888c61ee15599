#pragma once

#include <waymark/actors/projector.hpp>
#include <waymark/testing/past_event.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark::testing {

/// How much `check_replay` tries.
struct replay_options {
  std::uint64_t seed =
      1; ///< Decides the random splits and crash points; the same seed, the same runs.
  int random_splits = 20;
  int crash_points = 60; ///< All, if the path through the history has no more.
};

/// A run that did not end with the read model of the plain replay.
struct replay_difference {
  std::string how;      ///< Split, crash point and step, in words.
  std::string expected; ///< The first line of the read model that differs; empty if there is none.
  std::string found;
};

/// What `check_replay` found.
struct replay_report {
  std::uint64_t seed = 0;
  int runs = 0;
  std::vector<replay_difference> differences; ///< One for each run that differed.

  [[nodiscard]] bool ok() const noexcept { return differences.empty(); }

  /// For people: the seed, and the first few differences.
  [[nodiscard]] std::string text() const;
};

namespace detail {

/// The read model of a projector as text, equal if and only if the read models are.
using state_text = std::function<std::string(const projector&)>;

[[nodiscard]] replay_report check_replay(const std::function<spec_ptr()>& make,
                                         const state_text& state,
                                         std::span<const past_event> events,
                                         const replay_options& options);

template <class Builder>
struct state_of;
template <class State>
struct state_of<memory_projection<State>> {
  using type = State;
};

} // namespace detail

/// Checks that a projection's read model follows from the log alone: that any split into batches,
/// a crash or a failing store at any step of the path of a batch, a restart after each commit, and
/// a second replay (if there is a `.truncate`) all give the same tables. Finds handlers that count
/// on one batch holding this or that, that keep something in a variable beside the read model, and
/// a `.truncate` that forgets a table.
///
/// `make` returns a new builder on each call, as a new process would. Everything happens on the
/// calling thread, in memory, and each try between two attempts follows at once.
/// @throws whatever the plain replay throws, e.g. projection_error for a missing table.
/// @code
/// const auto report = check_replay(revenue, history(order_placed{…}, order_placed{…}));
/// INFO(report.text());
/// CHECK(report.ok());
/// @endcode
template <class Make>
requires std::is_same_v<std::invoke_result_t<Make&>, projection>
[[nodiscard]] replay_report check_replay(Make make, const std::vector<past_event>& events,
                                         const replay_options& options = {}) {
  return detail::check_replay([&] { return make().freeze(); }, {}, events, options);
}

/// The same for an in-memory projection. `describe(const State&)` puts the whole state into a
/// string.
template <class Make, class Describe,
          class State = typename detail::state_of<std::invoke_result_t<Make&>>::type>
[[nodiscard]] replay_report check_replay(Make make, Describe describe,
                                         const std::vector<past_event>& events,
                                         const replay_options& options = {}) {
  return detail::check_replay([&] { return make().freeze(); },
                              [&](const projector& p) { return describe(p.state<State>()); },
                              events, options);
}

} // namespace waymark::testing
