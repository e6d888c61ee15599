#pragma once

#include "actors/caf.hpp"
#include "actors/directory.hpp"
#include "actors/log_identity.hpp"
#include "actors/pulse.hpp"
#include "actors/wants.hpp"

#include <waymark/persistence/event_store.hpp>

#include <chrono>
#include <memory>

namespace waymark {

using wants_ptr = std::shared_ptr<const wants>;

struct event_log_options {
  std::shared_ptr<event_store> log;
  read_limit limit{};
  std::chrono::milliseconds poll_interval{50};
  /// Shared by all incarnations, so that a restart is not taken for another log.
  std::shared_ptr<log_identity> identity = std::make_shared<log_identity>();
  /// Beats while the log is asked.
  std::shared_ptr<pulse> asking = std::make_shared<pulse>();
  /// Which event it decodes.
  std::shared_ptr<decoding_meter> decoding = std::make_shared<decoding_meter>();
};

/// Reads the log for the coordinator on a thread of its own (detached), once for all who ask, and
/// decodes what it has answered. Who applies a page more slowly than that finds the next one
/// decoded; who is faster does not wait, but decodes at the front while this does at the back.
/// Looks for other processes' appends when the store hears of one, and every `poll_interval` since
/// not every store does and what is heard may be lost; tells the coordinator the new head, that the
/// log can't be read, or that it is another log now.
/// - (read_atom, position_t after, wants_ptr, std::uint64_t max_bytes) -> page_ptr, or an error in
///   words
/// - (decode_atom, page_ptr, wants_ptr): from itself
/// - (head_atom): from the store's thread, there may be a new head
/// - (poke_atom, caf::actor asker): look at the head now and tell it to the asker, even if it is
///   the one told before; the asker may be a coordinator that is not in the directory yet
caf::actor spawn_event_log(caf::local_actor& host, event_log_options options,
                           std::shared_ptr<directory> others);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::wants_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::page_ptr)
