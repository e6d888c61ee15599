#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace waymark {

/// What happens to the later events of a key when one of its events is given up (guarantee G4).
enum class give_up : std::uint8_t {
  park_key,   ///< Keep the key's later events until its letter is settled; other keys go on.
  skip_event, ///< Write a letter and go on with the key.
  stop,       ///< Stand before the event until an operator resumes or discards.
};

/// What a higher `version` of a projection does with the read model that it finds.
enum class new_version : std::uint8_t {
  resume, ///< Goes on from the checkpoint.
  rebuild ///< Resets and replays the log.
};

/// What an event is worth that has no handler but passes the projection's filter.
enum class unhandled : std::uint8_t {
  ignore,
  warn, ///< One log line per event type.
  error ///< An event fault, as if its handler had thrown.
};

/// How much may be parked. A projection that has reached a limit stands, paused, before the event
/// that it would park next, until letters are retried or discarded; none is ever dropped. Then it
/// goes on by itself.
struct park_limits {
  std::int64_t per_key = 10'000;
  /// Over all shards. Those that one process owns never park more together, whatever they do at the
  /// same time; shards of other processes count as they stood a few seconds before, so that several
  /// processes may exceed the limit by what they park meanwhile. A shard driven by a `projector`
  /// knows of no other: it has an equal part of the limit.
  std::int64_t per_projection = 1'000'000;
};

/// How much is applied in one transaction.
struct batch_options {
  std::size_t max_events = 1000;
  /// A transaction commits what it has after this long, so that others get their turn.
  std::chrono::milliseconds max_transaction{20};
  /// At the end of the log, a batch of fewer than `max_events` waits so long for more of them:
  /// fewer transactions, for effects that are seen so much later. At most 1 s; 0: nothing waits.
  std::chrono::milliseconds max_wait{0};
};

} // namespace waymark
