#pragma once

#include "actors/append_queue.hpp"
#include "actors/caf.hpp"
#include "actors/directory.hpp"

#include <waymark/persistence/event_store.hpp>

#include <cstddef>
#include <memory>

namespace waymark {

/// Commits what has gathered in the queue as one group, again and again until the queue is empty,
/// and tells the coordinator the new head. Detached: it blocks on the store.
/// - (drain_atom): there is something in the queue
caf::actor spawn_append(caf::local_actor& host, std::shared_ptr<event_store> log,
                        std::shared_ptr<append_queue> queue, std::shared_ptr<directory> others,
                        std::size_t max_group);

} // namespace waymark
