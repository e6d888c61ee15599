#pragma once

#include "actors/page_cache.hpp"
#include "actors/wants.hpp"
#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/mutants.hpp"
#include "tests/simulation/producer.hpp"
#include "tests/simulation/shard_runner.hpp"

#include "tests/simulation/ledger.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace waymark::sim {

/// A store as the processes see it, and as it is.
struct shelf {
  std::shared_ptr<projection_store> shown;   ///< With faults; perhaps a mutant.
  std::shared_ptr<projection_store> mutated; ///< Without faults; the ledger knows it by address.
  std::shared_ptr<projection_store> real;
};

class world;

/// One process: an owner with a runner for each shard of each projection, the pages they share, and
/// everything else that a crash takes away.
class process {
 public:
  process(world& in, int number, int life, int version);

  [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] int version() const noexcept { return version_; }
  [[nodiscard]] std::vector<std::unique_ptr<shard_runner>>& runners() noexcept { return runners_; }
  [[nodiscard]] const shelf& own_shelf() const noexcept { return own_; }
  [[nodiscard]] life& self() noexcept { return self_; }

  /// Answers a runner's request for a page, as the coordinator does.
  void serve(shard_runner& to);
  /// Renews the claims of this process.
  void renew();
  /// The checkpoint actor, or the one that reads the log, is restarted.
  void restart_saver();
  void restart_log();
  void drain();
  [[nodiscard]] bool drained() const;

  /// Reset of a projection: hold its runners; reset once all are held; begin again.
  void begin_reset(std::size_t plan);
  [[nodiscard]] bool may_reset() const;
  void reset();

  bool frozen = false; ///< Gets no time for now, and comes back with what it believed.
  bool draining = false;
  timestamp next_renewal{};

 private:
  world& in_;
  int number_;
  int version_;
  std::string owner_;
  life& self_;
  shelf own_; ///< Records of projections in memory.
  std::vector<std::unique_ptr<shard_runner>> runners_;
  std::shared_ptr<const wants> wants_;
  std::unique_ptr<page_cache> pages_;
  std::uint64_t incarnation_ = 0; ///< Of the actor that reads the log.
  std::optional<std::size_t> resetting_;
};

/// Everything there is: one log, one database, one memory store, the clock and the processes.
class world {
 public:
  world(std::uint64_t seed, mutant which);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  rng random;
  manual_clock time;
  trace told;
  mutant which;
  spotlight spot;
  graveyard dead{which};
  fault_plan faults{random, time, told, spot, dead};
  author code;
  std::vector<projection_plan> plans;
  marker_book markers{told, dead};
  chronicle history{told, plans, markers};
  ledger book{told, history, markers};
  stage on{random, time, told, code, spot, markers, which};

  std::shared_ptr<event_store> real_log;
  std::shared_ptr<event_store> log;
  shelf tables;
  shelf memory;
  std::unique_ptr<producer> writer;

  std::vector<std::vector<spec_ptr>> specs;        ///< By plan, then version - 1.
  int newest_version = 1;                          ///< Of those that ran.
  std::vector<std::unique_ptr<process>> processes; ///< Null while one is down.
  std::vector<int> lives;

  void start_process(std::size_t number, int version);
  void crash(std::size_t number);
  /// Takes away the processes that have died in the midst of their jobs.
  /// @returns their numbers.
  std::vector<std::size_t> bury();
  /// An operator's word for a shard that stands before an event.
  void discard(process& of, shard_runner& runner);
  [[nodiscard]] shelf make_shelf(std::shared_ptr<projection_store> real);
  /// Where the records of a projection are, for this process if it is in memory.
  [[nodiscard]] const shelf& shelf_for(const projection_plan& plan, const process* of) const;
  [[nodiscard]] std::size_t plan_of(const shard_runner& runner) const;
  [[nodiscard]] position_t head() { return real_log->head(); }

 private:
  void kill(const projection_plan& plan, position_t at, doing how);

  std::vector<std::shared_ptr<projection_store>> kept_; ///< The ledger knows them by address.
};

} // namespace waymark::sim
