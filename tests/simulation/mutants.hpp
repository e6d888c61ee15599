#pragma once

#include "tests/simulation/random.hpp"

#include <waymark/persistence/event_store.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <memory>
#include <string_view>

namespace waymark::sim {

/// Ways to be wrong on purpose. The simulation has to notice each, or it proves nothing.
enum class mutant : std::uint8_t {
  none,
  forgets_effects,    ///< Now and then a commit saves the checkpoint but not the read model.
  forgets_checkpoint, ///< Now and then a commit saves the read model but not the checkpoint.
  loses_parked,       ///< Now and then an event is not parked.
  loses_letter,       ///< Now and then a letter is not written.
  ignores_epoch,      ///< Everybody may write, whoever owns the shard.
  resets_half,        ///< A reset does not empty the read model.
  loses_append,       ///< Now and then an append is acknowledged and not written.
  forgets_timers,     ///< Now and then a timer never fires.
};

inline constexpr mutant all_mutants[] = {mutant::forgets_effects, mutant::forgets_checkpoint,
                                         mutant::loses_parked,    mutant::loses_letter,
                                         mutant::ignores_epoch,   mutant::resets_half,
                                         mutant::loses_append,    mutant::forgets_timers};

[[nodiscard]] std::string_view to_string(mutant which);

/// The store as it is, or broken in its way.
[[nodiscard]] std::shared_ptr<projection_store>
mutate(mutant which, std::shared_ptr<projection_store> real, rng& random);
[[nodiscard]] std::shared_ptr<event_store> mutate(mutant which, std::shared_ptr<event_store> real,
                                                  rng& random);

} // namespace waymark::sim
