#pragma once

#include <waymark/messages/letter_settlement.hpp>
#include <waymark/persistence/projection_store.hpp>

namespace waymark {

/// A letter of `store`, with what waits behind it now: nothing if its key does not stand still at
/// it, even if it does at a later letter. @throws store_error.
[[nodiscard]] letter_details details_of(projection_store& store, dead_letter letter);

} // namespace waymark
