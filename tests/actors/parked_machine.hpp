#pragma once

#include "tests/actors/machine_fixture.hpp"

namespace waymark::test {

inline const std::string key_a{"Thing\0a", 7};
inline const std::string key_b{"Thing\0b", 7};

/// One event was handled again; so many are left.
inline replay_outcome step(std::int64_t remaining) {
  replay_outcome outcome;
  outcome.state =
      remaining > 0 ? replay_outcome::status::more : replay_outcome::status::ended;
  outcome.rest = {key_a, {}, true};
  outcome.key.key = {"p", 0};
  outcome.key.sequence_key = key_a;
  outcome.key.replayed = outcome.handled = 1;
  outcome.key.remaining = remaining;
  return outcome;
}

/// It failed again, and so did nothing.
inline replay_outcome failed(std::int64_t remaining, std::optional<int> next_round = {}) {
  auto outcome = step(remaining);
  outcome.state = replay_outcome::status::ended;
  outcome.key.replayed = outcome.handled = 0;
  outcome.key.failed = replay_failure{1, uuid{}, "X", "bad again"};
  outcome.next_round = next_round;
  return outcome;
}

/// A machine that has claimed with three parked events of the key a.
struct parked_machine {
  explicit parked_machine(projection builder = seeing(), claim_report from = {})
      : machine{std::move(builder).freeze(), 0, {.time = &time}} {
    (void)machine.start();
    from.record.key = {"p", 0};
    from.record.epoch = 1;
    from.parked = std::make_shared<parked_set>(parked_set{{key_a, 3}});
    from.set_aside = {1, 1, 3};
    claimed = machine.on_claim(std::move(from));
    REQUIRE(find<todo::fetch>(claimed));
  }
  actions give_page() { return machine.on_page(events, find<todo::fetch>(claimed)->token); }
  /// Orders a retry (or discard) of key a, whose report comes to `report`.
  actions order(settle_verb verb = settle_verb::retry, bool dry_run = false) {
    auto made = std::make_shared<settle_order>();
    made->verb = verb;
    made->dry_run = dry_run;
    made->by = "anna";
    made->tasks.push_back({key_a, {1}, false});
    made->done = [this](const settle_report& r) { report = r; };
    return machine.settle(std::move(made));
  }
  /// What the actor does with orders that are done.
  const actions& told(const actions& next) {
    for (const auto& each : next)
      if (const auto* settled = std::get_if<todo::settled>(&each); settled && settled->order->done)
        settled->order->done(settled->report);
    return next;
  }
  [[nodiscard]] std::string refused() const {
    return report && report->keys.size() == 1 ? report->keys[0].refused : "no report";
  }

  manual_clock time;
  page_ptr events = made_page({"a", "b", "a"});
  projection_machine machine;
  actions claimed;
  std::optional<settle_report> report;
};

} // namespace waymark::test
