#pragma once

#include "tests/simulation/life.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/written_event.hpp"

#include <waymark/actors/projection_spec.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace waymark::sim {

/// What a simulated projection looks like; a few dozen choices that together reach every branch.
struct projection_plan {
  std::string name;
  int number = 0;
  effect where = effect::database;
  bool in_batches = false;       ///< .on_batch instead of .on
  bool snapshot = false;         ///< Memory only: the handler changes the state before it throws.
  bool own_memory_store = false; ///< Outside only: records in a memory store instead of SQLite.
  give_up on_give_up = give_up::park_key;
  int attempts = 3;
  int give_ups_in_a_row = 10;
  bool gives_up_always_at_once = false; ///< retry_if refuses errors that say "always".
  bool by_group = false;                ///< A key rule that reads the data, and may fail.
  int shards[2] = {1, 1};               ///< Of version 1 and 2.
  new_version on_new_version = new_version::resume;
  bool counts = true;  ///< Has a handler for "Counted".
  bool only_a = false; ///< Filters for the aggregate type "A".
  unhandled on_unhandled = unhandled::ignore;
  std::size_t max_events = 1000;
  std::chrono::milliseconds max_wait{0}; ///< For more events of a batch.
  park_limits parking;
  int rounds = 0; ///< Of automatic retries.
  int max_crashes = 2;

  [[nodiscard]] bool handles(const std::string& type) const {
    return type == "Noted" || (type == "Counted" && counts);
  }
  /// Whether an event is given to a handler, or at least counts as an event fault.
  [[nodiscard]] bool concerns(const written_event& e) const {
    return (!only_a || e.stream.aggregate_type == "A") &&
           (handles(e.type) || on_unhandled == unhandled::error);
  }
  [[nodiscard]] bool has_key(const written_event& e) const { return !by_group || !e.group.empty(); }
  [[nodiscard]] std::string key_of(const written_event& e) const {
    return by_group ? e.group : e.stream.aggregate_type + '\0' + e.stream.aggregate_id;
  }
  /// Whether there are markers. Without them a deadly event would never be found out.
  [[nodiscard]] bool is_marked() const {
    return where == effect::database || (where == effect::outside && !own_memory_store);
  }
  [[nodiscard]] bool dies_of(doing what, std::int64_t times) const {
    return is_deadly(what) && times == number && is_marked();
  }
  [[nodiscard]] bool dies_of(const written_event& e) const {
    return handles(e.type) && dies_of(e.what, e.times);
  }
  /// No number of attempts helps.
  [[nodiscard]] bool can_never_handle(const written_event& e) const;
  /// An attempt may fail so often that the event is given up.
  [[nodiscard]] bool may_give_up(const written_event& e) const {
    return can_never_handle(e) || (e.what == doing::flaky && e.times >= attempts);
  }
  /// A letter may be tried again in vain.
  [[nodiscard]] bool may_fail_again(const written_event& e) const {
    return !has_key(e) || can_never_handle(e) || e.what == doing::flaky || e.what == doing::broken;
  }
  /// How many attempts a letter has that no operator asked for.
  [[nodiscard]] std::size_t attempts_at(const written_event& e) const;
};

[[nodiscard]] projection_plan make_plan(rng& random, int number);

/// The outside world of the handlers: what they do to it, and what it does to them.
struct author {
  bool broken = false;                                      ///< Projections are at fault.
  bool away = false;                                        ///< The other store is away.
  std::map<std::pair<std::string, position_t>, int> throws; ///< flaky: so many times by now.

  struct effect_outside {
    std::int64_t claim = 0;
    position_t position = 0;
  };
  std::map<std::string, std::vector<effect_outside>> outside; ///< By projection.
  const spotlight* spot = nullptr;
  /// Ends the process.
  std::function<void(const projection_plan&, position_t, doing)> kill;

  /// Throws what the event asks for.
  void meet(const projection_plan& plan, const event& e, const std::string& what,
            std::int64_t times);
};

/// The state of projections in memory.
struct remembered {
  std::map<position_t, int> hits;
  std::vector<position_t> order;
};

/// The projection's code, of version 1 or 2. `world` outlives it.
[[nodiscard]] spec_ptr make_spec(const projection_plan& plan, int version, author& world);

} // namespace waymark::sim
