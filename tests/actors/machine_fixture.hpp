#pragma once

#include "tests/catch.hpp"

#include "actors/projection_machine.hpp"
#include "tests/actors/core_fixture.hpp"

namespace waymark::test {

/// The first T among what a machine wants done; null if there is none.
template <class T>
const T* find(const actions& in) {
  for (const auto& each : in)
    if (const auto* found = std::get_if<T>(&each))
      return found;
  return nullptr;
}

inline claim_report granted(position_t position = 0, std::int64_t epoch = 1) {
  claim_report report;
  report.record.key = {"p", 0};
  report.record.position = position;
  report.record.epoch = epoch;
  report.parked = std::make_shared<parked_set>();
  return report;
}

/// A batch was committed, up to `to`.
inline apply_outcome done(position_t to) {
  apply_outcome outcome;
  outcome.stored = outcome.passed = to;
  outcome.handled = 1;
  return outcome;
}

inline apply_outcome faulted(const event& culprit, position_t stored, fault who = fault::event) {
  apply_outcome outcome;
  outcome.state = apply_outcome::status::faulted;
  outcome.stored = outcome.passed = stored;
  outcome.who = who;
  outcome.error = "bad";
  outcome.culprit = &culprit;
  return outcome;
}

template <class Builder>
projection_machine make(Builder builder, manual_clock& time) {
  machine_options options;
  options.time = &time;
  return {std::move(builder).freeze(), 0, options};
}

/// A machine that has claimed and applies `events`.
struct applying {
  applying() : applying{seeing()} {}
  template <class Builder>
  explicit applying(Builder builder, page_ptr given = made_page({"a", "b", "c"}))
      : machine{make(std::move(builder), time)}, events{std::move(given)} {
    REQUIRE(find<todo::claim>(machine.start()));
    const auto next = machine.on_claim(granted());
    REQUIRE(find<todo::apply>(give_page(next)));
  }
  /// Answers the fetch in `asked`: who stands has let go of its page.
  actions give_page(const actions& asked) {
    REQUIRE(find<todo::fetch>(asked));
    fetched = *find<todo::fetch>(asked);
    return machine.on_page(events, fetched.token);
  }
  manual_clock time;
  projection_machine machine;
  page_ptr events;
  todo::fetch fetched;
};

} // namespace waymark::test
