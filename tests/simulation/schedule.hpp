#pragma once

#include "tests/simulation/move.hpp"
#include "tests/simulation/operators.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace waymark::sim {

/// Decides what happens next: picks one of all possible steps by chance.
class schedule {
 public:
  explicit schedule(world& of);

  /// Everything may happen, for so many steps.
  void make_trouble(int steps);
  /// Faults end, and all goes on until nothing is left to do (guarantee G7).
  void settle();
  /// All processes are told to stop, and do (guarantee G8).
  void drain();

 private:
  struct choice {
    int weight = 0;
    move what = move::append;
    std::size_t process = 0;
    shard_runner* runner = nullptr;
  };

  void offer(int weight, move what, std::size_t process = 0, shard_runner* runner = nullptr);
  void offer_work();
  void offer_trouble();
  void offer_rival(const shard_runner& of);
  /// Does one of the steps on offer; false if there is none.
  bool take_one();
  void take(const choice& it);
  void interlude();
  void wait_for_next();
  bool operators_help();
  bool make_room(std::size_t plan);
  void bury_dead();
  [[nodiscard]] bool at_rest();
  [[nodiscard]] bool settled(std::size_t plan, int shard);
  void bring_all_up();

  world& world_;
  operators people_;
  std::vector<choice> choices_;
  std::map<std::size_t, timestamp> room_made_at_; ///< By plan.
  int total_ = 0;
  std::size_t events_wanted_;
  bool bring_up_again_ = false; ///< Whoever dies.
};

} // namespace waymark::sim
