#pragma once

#include "actors/caf.hpp"

#include <waymark/messages/dead_letter.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace waymark {

using letter_ptr = std::shared_ptr<const dead_letter>;

/// Called with each letter, and with how many of its projection there were since the start.
using letter_observer = std::function<void(const dead_letter&, std::int64_t count)>;

/// Hears of letters once they are committed, counts them and hands them on. To list them is the
/// stores' business.
/// - (letter_atom, letter_ptr)
caf::actor spawn_dead_letter(caf::local_actor& host, letter_observer observer);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::letter_ptr)
