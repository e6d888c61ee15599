#pragma once

#include <waymark/actors/unique_function.hpp>
#include <waymark/messages/event.hpp>
#include <waymark/messages/page.hpp>
#include <waymark/messages/policies.hpp>
#include <waymark/messages/retry_policy.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waymark {

/// Where a projection's effects go, which decides what "exactly once" can mean for it.
enum class effect : std::uint8_t {
  database, ///< Tables beside the checkpoint: one transaction, exactly once.
  memory,   ///< An object in this process: replayed from the start of the log in each process.
  outside   ///< Anything else: at least once.
};

/// What a handler may write to; which one is set follows from the projection's effect.
struct handler_target {
  read_model* db = nullptr;
  void* state = nullptr;
};

/// An event with its data as the handler's codec decoded it.
struct handled_event {
  const event* envelope = nullptr;
  const void* object = nullptr;
};

/// What a projection does with one type of event.
struct event_handler {
  const event_codec* codec = nullptr;
  unique_function<void(const handler_target&, const handled_event&)> call;
};

/// What a projection does with a whole batch.
struct batch_handler {
  const event_codec* codec = nullptr;
  unique_function<void(const handler_target&, std::span<const handled_event>)> call;
};

/// What must stay in order. The name is stored with the checkpoint, since another rule spreads the
/// same events over other shards.
struct key_rule {
  std::string name = "stream";
  /// The key of an event, from its envelope and raw JSON only; empty: aggregate_type NUL
  /// aggregate_id. Several threads call it at once.
  unique_function<std::string(const event&)> key;
};

/// A projection as its author described it, frozen: restarts reuse it, threads share it. Made by
/// the builders in projection.hpp.
struct projection_spec {
  std::string name;
  int version = 1;
  new_version on_new_version = new_version::resume;
  effect where = effect::database;
  std::vector<std::string> tables;
  std::vector<std::string> truncate;

  std::unordered_map<std::string, event_handler> handlers; ///< By event type.
  std::vector<std::string> batch_types;                    ///< What `on_batch` wants.
  batch_handler on_batch;                                  ///< Instead of `handlers`.

  key_rule sequence_by;
  int shards = 1;
  retry_policy retry;
  letter_retry_policy retry_letters;
  park_limits parking;
  give_up on_give_up = give_up::park_key;
  batch_options batch;
  std::optional<std::chrono::milliseconds> handler_timeout; ///< Empty: as the engine says.
  event_filter filter;
  unhandled on_unhandled = unhandled::ignore;
  std::shared_ptr<projection_store> into; ///< Null: the engine's own store.

  std::shared_ptr<void> (*make_state)() = nullptr;                   ///< effect::memory.
  std::shared_ptr<void> (*copy_state)(const void* state) = nullptr;  ///< Snapshot, if asked for.
  void (*restore_state)(void* state, const void* from) = nullptr;
  const void* state_type = nullptr; ///< Identifies the type of the state.

  /// Whether an event of this type that passes the filter is given to a handler.
  [[nodiscard]] const event_codec* codec_for(const std::string& event_type) const noexcept;

  /// What to ask of the log: the filter, narrowed to the handled types unless unhandled events are
  /// to be noticed.
  [[nodiscard]] event_filter wanted() const;

  /// Whether a reset leaves nothing of the read model: not so with tables that nobody said how to
  /// empty.
  [[nodiscard]] bool can_be_reset() const noexcept;

  /// The sequence key of an event. @throws decode_error if the author's rule throws, or gives one
  /// that is too long (max_sequence_key_bytes).
  [[nodiscard]] std::string key_of(const event& e) const;
  /// The same, into a string whose memory is used again.
  void key_of(const event& e, std::string& into) const;

  /// The FNV-1a hash of the key, for which a stream's key is not made. `key` is what the author's
  /// rule gives, and not touched without one. @throws as `key_of`.
  [[nodiscard]] std::uint64_t key_hash(const event& e, std::string& key) const;

  /// The shard that a key belongs to: FNV-1a 64 modulo `shards`.
  [[nodiscard]] int shard_of(std::string_view key) const noexcept;
  [[nodiscard]] int shard_of(std::uint64_t key_hash) const noexcept;
};

using spec_ptr = std::shared_ptr<const projection_spec>;

/// @throws usage_error if it is null.
void require_spec(const spec_ptr& spec);

/// Says what is wrong with a spec and how to mend it, or nothing.
[[nodiscard]] std::optional<std::string> find_mistake(const projection_spec& spec);

/// Refuses a reset after which all events would be handled on top of what the tables hold.
/// @throws usage_error unless `can_be_reset`.
void require_truncate(const projection_spec& spec);

} // namespace waymark
