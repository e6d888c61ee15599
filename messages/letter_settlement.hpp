#pragma once

#include <waymark/messages/dead_letter.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

/// What is done about a dead letter.
enum class settle_verb : std::uint8_t {
  retry,  ///< Its event is handled again, then what is parked behind it, in order.
  discard ///< Its event is passed for good; what is parked behind it is handled, in order.
};

/// "retry" or "discard".
[[nodiscard]] const char* to_string(settle_verb verb) noexcept;

/// A sequence key for people: NUL, which tells the parts of the default key apart, becomes '/'.
[[nodiscard]] std::string shown_key(std::string_view sequence_key);

struct settled_letter;

/// Which letters an operation is about; the conditions are joined by "and". One that names nothing
/// is refused unless `all` is set. Letters of before a reset never match, except by `id`, which is
/// refused with the reason.
struct letter_selection {
  std::optional<std::int64_t> id{};
  std::optional<std::string> projection{};
  std::optional<std::string> sequence_key{}; ///< As it is, or as `shown_key` shows it.
  std::optional<std::string> error_contains{}; ///< A piece of the last attempt's text; "" is none.
  std::optional<std::string> event_type{};
  std::optional<timestamp> since{}; ///< Written at this time or later.
  std::optional<timestamp> until{}; ///< Written before this time.
  bool all = false;                 ///< Every letter of every started projection.

  /// Whether it names anything.
  [[nodiscard]] bool names_something() const noexcept;
  [[nodiscard]] bool matches_key(std::string_view key) const;
  /// Whether it is about keys rather than about what single letters say.
  [[nodiscard]] bool is_about_keys() const noexcept;
  [[nodiscard]] bool matches(const dead_letter& letter) const;
  /// The times are then those of the settlement.
  [[nodiscard]] bool matches(const settled_letter& letter) const;
};

struct settle_options {
  /// Tries it all in transactions that are rolled back, and says what would happen. Where effects
  /// can't be taken back (outside effects, a state in memory without `.snapshot()`) the handlers
  /// are not called: only whether each event can still be decoded and has a handler is looked at.
  /// At most 1,000 events of a key are tried.
  bool dry_run = false;
  std::string by{};                          ///< Who wants it; kept in the record and the log.
  std::chrono::milliseconds timeout{60'000}; ///< For the whole operation.
};

/// An event that was handled again and failed.
struct replay_failure {
  position_t position = 0;
  uuid event_id;
  std::string event_type;
  std::string error;
};

/// What became of the letters and parked events of one key.
struct settled_key {
  shard_key key;
  std::string sequence_key;
  std::int64_t replayed = 0;  ///< Events whose effects are in the read model now.
  std::int64_t discarded = 0; ///< Events passed for good.
  std::int64_t unwanted = 0;  ///< Events that the projection does not ask for any more: passed.
  std::int64_t untried = 0;   ///< Dry run: parked events that were not tried.
  std::optional<replay_failure> failed; ///< Where it stopped.
  std::int64_t remaining = 0; ///< Events parked now (dry run: that would be).
  std::string refused;        ///< Why nothing, or no more, was done; empty if it was.
};

/// What an operation came to. Each event stands alone: what is counted is committed, whatever
/// became of the rest.
struct settle_report {
  settle_verb verb = settle_verb::retry;
  bool dry_run = false;
  bool handlers_called = true; ///< False for a dry run that could not take effects back.
  std::vector<settled_key> keys;

  [[nodiscard]] std::int64_t replayed() const noexcept;
  [[nodiscard]] std::int64_t discarded() const noexcept;
  [[nodiscard]] std::int64_t remaining() const noexcept;
  /// True if no key failed or was refused.
  [[nodiscard]] bool complete() const noexcept;
};

/// How a letter was settled, for the record.
struct settlement {
  settle_verb verb = settle_verb::retry;
  std::string by;
  timestamp at{};
};

/// A letter that is settled: the record that stays of it. The event is in the log.
struct settled_letter {
  std::int64_t letter_id = 0;
  shard_key key;
  position_t position = 0;
  std::int64_t generation = 0;
  std::string sequence_key;
  uuid event_id;
  std::string event_type;
  std::string error; ///< Of the last attempt that failed.
  settlement how;
};

/// A letter as it stands, and what waits behind it.
struct letter_details {
  dead_letter letter;
  bool current = true;      ///< False: of before a reset; history, which can't be settled.
  bool parked = false;      ///< Its key stands still until it is settled.
  std::int64_t waiting = 0; ///< Events of its key parked behind it.
};

} // namespace waymark
