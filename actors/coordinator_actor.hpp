#pragma once

#include "actors/board.hpp"
#include "actors/caf.hpp"
#include "actors/directory.hpp"
#include "actors/event_log_actor.hpp"

#include <cstddef>
#include <memory>

namespace waymark {

/// Fans the log out to the projections: answers from pages that several share, reads what is
/// missing once for all who ask, one page ahead while somebody catches up, and lets a request at
/// the head wait until there is something. Keeps the head that lag is measured against.
/// - (fetch_atom, position_t after, spec_ptr, std::uint64_t seen) -> page_ptr that begins at or
///   before `after` and ends behind it. The projection's wishes are part of what is read from now
///   on. If `seen` is not the log's incarnation, an empty page says so without waiting for an
///   event.
/// - (unsubscribe_atom, std::string name): and no longer
/// - (head_atom, position_t): the log has grown to here
/// - (head_atom, position_t, std::uint64_t incarnation): it ends here; it is another log if the
///   incarnation is another
/// - (lost_atom, std::string why): it can't be read, so who waits for events of it learns why
///
/// `cache_bytes` bounds all pages: those kept for others and those that projections work on. When
/// the latter leave no room, pages become small, but no projection waits for another.
caf::actor spawn_coordinator(caf::local_actor& host, std::shared_ptr<board> shown,
                             std::shared_ptr<directory> others, std::size_t cache_bytes);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::spec_ptr)
