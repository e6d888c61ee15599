#pragma once

#include "tests/simulation/world.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace waymark::sim {

/// Compares every read model, letter and parked position with a fold of the log that is made here,
/// without any of the code under test (guarantees G1, G2, G4, G5).
class oracle {
 public:
  explicit oracle(world& of) : world_{of} {}

  /// Of what is in databases; may be called between any two steps.
  void audit();
  /// After all has come to rest: all is handled, and what the machines believe is true.
  void audit_at_rest();
  /// After the drain: no shard is owned.
  void audit_released();

 private:
  /// What one shard has left behind.
  struct shard_view {
    checkpoint record;
    std::map<position_t, dead_letter> letters;          ///< Of its generation.
    std::map<std::string, std::set<position_t>> parked; ///< By key.
    std::set<position_t> discarded;                     ///< Of its generation.
    const std::map<position_t, int>* hits = nullptr;    ///< Null if effects are not counted.
  };
  /// How far the fold of a shard has come.
  struct progress {
    std::set<std::string> parked_keys;
    std::int64_t handled = 0;
    const written_event* last_handled = nullptr;
  };

  /// Whether letters of it may have been retried, which adds attempts and letters.
  [[nodiscard]] bool may_be_retried(const projection_plan& plan) const;
  [[nodiscard]] shard_view view_of(projection_store& in, const checkpoint& record) const;
  void audit_projection(const projection_plan& plan, projection_store& in,
                        const std::map<position_t, int>* hits);
  void audit_tables(const projection_plan& plan);
  void audit_order(const projection_plan& plan, const std::vector<position_t>& order);
  void audit_outside(const projection_plan& plan, projection_store& in);
  void audit_machine(const projection_plan& plan, const shard_runner& runner, projection_store& in);

  void fold(const projection_plan& plan, const shard_view& view);
  void fold_event(const projection_plan& plan, const shard_view& view, const written_event& e,
                  progress& so_far);
  void judge_letter(const projection_plan& plan, const written_event& e, const dead_letter& letter);
  [[nodiscard]] static bool belongs(const projection_plan& plan, const checkpoint& record,
                                    const written_event& e);
  void broken(const char* guarantee, const projection_plan& plan, position_t at,
              const std::string& what);

  world& world_;
  bool at_rest_ = false;
};

} // namespace waymark::sim
