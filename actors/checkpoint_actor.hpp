#pragma once

#include "actors/board.hpp"
#include "actors/caf.hpp"
#include "actors/directory.hpp"
#include "actors/projection_jobs.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace waymark {

/// A position that an at-least-once projection has reached and that is to be saved.
struct pending_save {
  std::shared_ptr<const projection_context> context;
  std::string pool; ///< Role of the session pool that may block on the store.
  ownership owner;
  position_t stored = 0; ///< Position in the checkpoint row, as far as the projection knows.
  checkpoint_advance advance;
  caf::actor told; ///< Gets (saved_atom, epoch, position), (fenced_atom, epoch) or (unsaved_atom,
                   ///< epoch, why).
};

struct checkpoint_options {
  std::chrono::milliseconds save_interval{1'000};
  std::int64_t save_events = 1'000;
};

/// Serializes and coalesces the saves of at-least-once projections: one at a time for each, the
/// newest wins, at most `save_interval` or `save_events` late. Who saves has a meter on the board,
/// like any other job that has a session.
/// - (save_atom, pending_save)
/// - (flush_atom, shard_key, epoch) -> position_t stored, once nothing of it is pending, or 0 if
///   nothing was saved under this epoch; for a commit that has to go on from there
caf::actor spawn_checkpoint(caf::local_actor& host, checkpoint_options options,
                            std::shared_ptr<directory> others, std::shared_ptr<board> shown);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::pending_save)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::shard_key)
