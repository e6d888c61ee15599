#pragma once

#include "tests/simulation/world.hpp"

#include <map>
#include <string>
#include <vector>

namespace waymark::sim {

/// Compares what is in the stores, row by row, with what the chronicle says has taken effect; once
/// all has come to rest, also what the machines believe, and that nothing was left undone.
class oracle {
 public:
  explicit oracle(world& of) : world_{of} {}

  /// Of what is in databases; may be called between any two steps.
  void audit();
  /// After all has come to rest.
  void audit_at_rest();
  /// After the drain: no shard is owned.
  void audit_released();

 private:
  void audit_shards(const projection_plan& plan, const shelf& where);
  void audit_record(const projection_plan& plan, const checkpoint& record,
                    const shard_history& known);
  void audit_letters(const projection_plan& plan, projection_store& in, const checkpoint& record,
                     const shard_history& known);
  void audit_parked(const projection_plan& plan, projection_store& in, const checkpoint& record,
                    const shard_history& known);
  void audit_marker(const projection_plan& plan, const shelf& where, const checkpoint& record);
  void audit_effects(const projection_plan& plan, const std::vector<position_t>& known,
                     const std::map<position_t, int>& hits, const std::vector<position_t>& order);
  void audit_tables(const projection_plan& plan);
  void audit_memory(const projection_plan& plan, const shelf& where, const remembered& state);
  void audit_outside(const projection_plan& plan, const shelf& where);
  void audit_machine(const projection_plan& plan, const shard_runner& runner, projection_store& in);
  void broken(const char* guarantee, const projection_plan& plan, position_t at,
              const std::string& what) {
    world_.history.broken(guarantee, plan, at, what);
  }

  world& world_;
  bool at_rest_ = false;
};

} // namespace waymark::sim
