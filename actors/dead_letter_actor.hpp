#pragma once

#include "actors/caf.hpp"

#include <waymark/messages/dead_letter.hpp>

#include <memory>
#include <vector>

namespace waymark {

using letter_ptr = std::shared_ptr<const dead_letter>;
using letter_list = std::vector<letter_ptr>;

/// Collects letters as they are committed. Those of earlier runs are in the stores; this one knows
/// what happened since the engine started, without asking a store.
/// - (letter_atom, letter_ptr): it was committed
/// - (letter_atom) -> letter_list, the newest `max_recent`, oldest first
/// - (letter_atom, std::string projection) -> std::int64_t how many since the start
caf::actor spawn_dead_letter(caf::local_actor& host, std::size_t max_recent);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::letter_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::letter_list)
