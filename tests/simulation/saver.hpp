#pragma once

#include "tests/simulation/stage.hpp"

#include <functional>
#include <optional>

namespace waymark::sim {

/// The checkpoint actor, as far as one shard has to do with it: gathers positions of at-least-once
/// projections and saves them later, and tells the machine what came of it, perhaps late, twice, or
/// never, since it may be restarted at any moment.
class saver {
 public:
  /// What the machine is told.
  using notice = std::function<actions(projection_machine&)>;

  saver(stage& on, const projection_context& context) : on_{on}, context_{context} {}

  void take(std::int64_t epoch, position_t stored, const checkpoint_advance& advance);
  [[nodiscard]] bool has_work() const noexcept { return pending_.has_value(); }
  /// @returns what to tell the machine.
  [[nodiscard]] notice save();
  /// Saves at once what there is, for a commit that goes on from the stored position.
  /// @returns what the machine is told before it commits; nothing if it can't.
  [[nodiscard]] std::optional<notice> flush(std::int64_t epoch);
  /// It is restarted, and has forgotten everything.
  void restart();

 private:
  [[nodiscard]] notice about(const std::optional<commit_status>& status) const;
  [[nodiscard]] std::optional<commit_status> try_save();

  stage& on_;
  const projection_context& context_;
  std::optional<checkpoint_advance> pending_;
  std::int64_t epoch_ = 0;
  position_t saved_ = 0;
};

} // namespace waymark::sim
