#pragma once

#include <waymark/messages/append.hpp>
#include <waymark/messages/page.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waymark {

/// Which part of a stream to read, in which direction.
struct stream_range {
  std::int64_t from_version = 1;
  std::int64_t to_version = std::numeric_limits<std::int64_t>::max(); ///< Inclusive.
  std::size_t limit = 1000;
  bool backward = false; ///< Newest first, starting at `to_version`.
};

/// What identifies the event at a position.
struct event_mark {
  uuid event_id;
  timestamp recorded_at{};
};

/// The log: append-only, with one global order (guarantee G1). Every store passes the contract
/// suite in <waymark/contract/event_store_contract.hpp>.
///
/// All members are thread-safe and synchronous: they block the calling thread on disk or network.
/// All throw store_error when the store can't serve (see `retryable`, `outcome_unknown`).
class event_store {
 public:
  virtual ~event_store() = default;
  event_store(const event_store&) = delete;
  event_store& operator=(const event_store&) = delete;

  /// Where it is, for people and logs; never holds a password.
  [[nodiscard]] virtual const std::string& address() const noexcept = 0;

  /// Random name that the log got when it was created. Another log, or one that took its place, has
  /// another.
  [[nodiscard]] virtual std::string log_id() = 0;

  /// Carries out a group of commands in one durable transaction, each on its own terms: a command
  /// that is refused, conflicts or repeats known ids writes nothing and leaves its neighbours
  /// alone; later commands of the group see what earlier ones wrote. Event ids are looked at before
  /// versions: all known, in the same stream and order, gives the first answer again.
  /// @returns one result per command, in order. Positions are dense and in commit order.
  /// @throws store_error if the group as a whole could not be written; with `outcome_unknown` the
  ///   caller may send the same events (with the same ids) again to find out.
  [[nodiscard]] virtual std::vector<append_result>
  append(std::span<const append_command> group) = 0;

  /// One command; see above. @throws version_conflict, duplicate_event, usage_error, store_error.
  appended append(const append_command& command);

  /// Events of one stream, in order of version or backwards. Empty if there is no such stream.
  [[nodiscard]] virtual std::vector<event> read_stream(const stream_id& stream,
                                                       const stream_range& range = {}) = 0;

  /// The wanted events after `after`, from one consistent view of the log. A filter that matches
  /// nothing still moves `scanned_to` on. Nothing that commits meanwhile is jumped over.
  [[nodiscard]] virtual page read_all(position_t after, const read_limit& limit = {},
                                      const event_filter& filter = {}) = 0;

  /// Position of the newest committed event; 0 if there is none. Cheap enough to poll.
  [[nodiscard]] virtual position_t head() = 0;

  /// Waits until the head is past `after`, at most `timeout`; returns the head either way. Notices
  /// appends of this process at once and of others within the store's poll interval.
  virtual position_t wait_for(position_t after, std::chrono::milliseconds timeout) = 0;

  /// Asks for a call of `back`, on a thread of the store, whenever another process says that it has
  /// appended; of this process's appends who makes them knows. A call is a hint: some come in vain,
  /// and some get lost, so look by yourself now and then. `back` must not block, throw or use the
  /// store.
  /// @returns what ends the calls when it is destroyed (one that has begun goes on); null if this
  ///   store hears of nobody. @throws store_error.
  [[nodiscard]] virtual std::shared_ptr<void> call_on_foreign_append(std::function<void()> back);

  /// Why this store does not hear of appends elsewhere just now, in words; empty if it does, if it
  /// has no need to, or if it does not know yet. Never waits.
  [[nodiscard]] virtual std::string deafness() { return {}; }

  /// What stands at `position`; empty past the head or at 0.
  [[nodiscard]] virtual std::optional<event_mark> mark_at(position_t position) = 0;

  /// Who holds appends up at this moment, in words, and what to do about it: for messages about
  /// appends that wait. Empty if nobody does, or if this store has no such lock.
  [[nodiscard]] virtual std::string append_obstacle() { return {}; }

  /// Whether this is a copy that follows another store and may be behind it. Takes no appends.
  [[nodiscard]] virtual bool is_replica() { return false; }

  /// The store's clock, which dates `recorded_at`.
  [[nodiscard]] virtual timestamp now() = 0;

 protected:
  event_store() = default;
};

/// How long ago the store recorded something, by its own clock: lag in seconds. Not below 0, also
/// if that clock was set back.
[[nodiscard]] double seconds_since_recorded(event_store& log, timestamp recorded_at);

} // namespace waymark
