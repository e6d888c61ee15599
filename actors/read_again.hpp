#pragma once

#include <waymark/messages/page.hpp>
#include <waymark/persistence/event_store.hpp>

namespace waymark {

/// A page of the one event at `position`, as the log holds it now. What its text was decoded to
/// before is forgotten, so that a mended upcaster gets its chance in the same process, too.
/// @throws store_error if the event is not there.
[[nodiscard]] page read_again(event_store& log, position_t position);

} // namespace waymark
