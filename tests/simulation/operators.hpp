#pragma once

#include "tests/simulation/world.hpp"

namespace waymark::sim {

/// Operators who retry and discard letters, as `engine` does it: one letter, a key, a type, all of
/// a projection, or as a dry run; each shard that has some of them gets an order of its own. What
/// they are told must be true, and they must be told once.
class operators {
 public:
  explicit operators(world& of) : world_{of} {}

  /// Somebody settles some letters of the projection whose shard `near` is, in its process. Now and
  /// then the order waits in the mailbox first.
  void settle_something(process& in, const shard_runner& near);
  /// All of it, so that a projection that has parked as much as it may can go on. False if there
  /// was nothing: another owner has it, and this one has not noticed.
  bool discard_all(process& in, const shard_runner& near);

 private:
  void settle(process& in, const shard_runner& near, const letter_selection& which,
              settle_verb verb, bool dry_run, bool late);
  void give(shard_runner& to, const projection_store& where, settle_order order, bool late);
  void check(const projection_store& where, const settle_order& order, const settle_report& report,
             std::int64_t replayed_before, std::int64_t discarded_before);
  [[nodiscard]] letter_selection choose(const projection_plan& plan, projection_store& in);

  world& world_;
  int orders_ = 0; ///< Given by now.
};

} // namespace waymark::sim
