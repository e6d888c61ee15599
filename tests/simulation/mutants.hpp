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
  // of a batch
  forgets_effects,    ///< Now and then a commit saves the checkpoint but not the read model.
  forgets_checkpoint, ///< Now and then a commit saves the read model but not the checkpoint.
  loses_parked,       ///< Now and then an event is not parked.
  loses_letter,       ///< Now and then a letter is not written.
  ignores_epoch,      ///< Everybody may write, whoever owns the shard.
  resets_half,        ///< A reset does not empty the read model.
  loses_append,       ///< Now and then an append is acknowledged and not written.
  forgets_timers,     ///< Now and then a timer never fires.
  // of reading
  skips_event, ///< Now and then a page leaves out an event in its midst.
  jumps_gap,   ///< Now and then a page ends before what it says that it has scanned.
  // of restarts
  trusts_zombies, ///< What became of a job that was given up is told to the machine after all.
  forgets_epoch,  ///< The checkpoint actor saves positions for whoever owns the shard now.
  // of letters
  drops_rest,       ///< A letter that is settled takes along what is parked behind it.
  discards_two,     ///< A discard takes the next event along.
  keeps_parked,     ///< An event that was replayed stays parked.
  skips_parked,     ///< A replay begins with the second event.
  keeps_letter,     ///< A letter that was settled stands.
  loses_attempt,    ///< An attempt that failed is not entered in the letter.
  forgets_key,      ///< A claim does not tell of one key that is parked.
  replays_unfenced, ///< An owner before may still replay.
  loses_answer,     ///< Now and then nobody is told what an order came to.
  // of poison
  keeps_marker,    ///< What was handled leaves its marker.
  never_ends,      ///< An attempt that failed leaves its marker open.
  forgets_ends,    ///< A new attempt begins with no ends.
  forgets_caution, ///< A claim after a death does not go event by event.
  ages_all,        ///< Each end counts as one after a long run.
  shares_baton,    ///< Two attempts of a process are under way at once.
};

inline constexpr auto last_mutant = mutant::shares_baton;

[[nodiscard]] std::string_view to_string(mutant which);

/// The store as it is, or broken in its way.
[[nodiscard]] std::shared_ptr<projection_store>
mutate(mutant which, std::shared_ptr<projection_store> real, rng& random);
[[nodiscard]] std::shared_ptr<event_store> mutate(mutant which, std::shared_ptr<event_store> real,
                                                  rng& random);

} // namespace waymark::sim
