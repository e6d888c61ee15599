#pragma once

#include <waymark/messages/event.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// What an append expects of its stream: an exact version, or one of the three words below.
/// Converts from a number on purpose: `append(stream, 3, …)`.
class expected_version {
 public:
  enum class kind : std::uint8_t { exact, no_stream, stream_exists, any };

  /// @throws usage_error if `version` is negative. 0 means the same as `no_stream`.
  expected_version(std::int64_t version);
  constexpr explicit expected_version(kind k) noexcept : kind_{k} {}

  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] std::int64_t version() const noexcept { return version_; }

  /// Whether a stream at `actual` (0: no stream) is as expected.
  [[nodiscard]] bool allows(std::int64_t actual) const noexcept;

  /// "version 3", "no stream", "an existing stream", "any version".
  [[nodiscard]] std::string describe() const;

 private:
  kind kind_ = kind::exact;
  std::int64_t version_ = 0;
};

inline constexpr expected_version no_stream{expected_version::kind::no_stream};
inline constexpr expected_version stream_exists{expected_version::kind::stream_exists};
inline constexpr expected_version any_version{expected_version::kind::any};

/// Events to append to one stream, all or none.
struct append_command {
  stream_id stream;
  expected_version expected = any_version;
  std::vector<new_event> events; ///< At least one.
};

/// What a producer may say about an event besides its data; the members mean what those of `event`
/// do. What is left empty is filled in as for `new_event`.
struct envelope {
  std::optional<uuid> event_id{};
  std::optional<timestamp> occurred_at{};
  std::optional<std::string> tenant_id{};
  std::optional<std::string> actor_id{};
  std::optional<std::string> correlation_id{};
  std::optional<std::string> causation_id{};
  std::string metadata{}; ///< JSON object as text, or empty.
};

/// A typed event with an envelope; made by `with` and `with_id`.
template <class T>
struct enveloped {
  waymark::envelope envelope;
  T data;
};

/// Gives a typed event its envelope: `with({.correlation_id = request}, order_placed{…})`.
template <class T>
[[nodiscard]] enveloped<T> with(envelope as, T event) {
  return {std::move(as), std::move(event)};
}

/// Gives a typed event its id, so that the append may be repeated: `with_id(id, order_placed{…})`.
template <class T>
[[nodiscard]] enveloped<T> with_id(const uuid& event_id, T event) {
  return with({.event_id = event_id}, std::move(event));
}

namespace detail {

template <class T>
[[nodiscard]] const event_codec& codec_of(const T&) {
  return codec_for<T>();
}
template <class T>
[[nodiscard]] const event_codec& codec_of(const enveloped<T>&) {
  return codec_for<T>();
}

template <class T>
[[nodiscard]] new_event event_of(T object) {
  return typed_event(std::move(object));
}
template <class T>
[[nodiscard]] new_event event_of(enveloped<T> object) {
  auto result = typed_event(std::move(object.data));
  auto& as = object.envelope;
  result.event_id = as.event_id;
  result.occurred_at = as.occurred_at;
  result.tenant_id = std::move(as.tenant_id);
  result.actor_id = std::move(as.actor_id);
  result.correlation_id = std::move(as.correlation_id);
  result.causation_id = std::move(as.causation_id);
  result.metadata = std::move(as.metadata);
  return result;
}

/// The aggregate type that all have. @throws usage_error that names two if they differ.
[[nodiscard]] std::string common_aggregate(std::span<const event_codec* const> of);

} // namespace detail

/// Typed events as one command for the stream of their aggregate type; any may have an envelope
/// (`with`) or an id (`with_id`).
/// @throws usage_error if their aggregate types differ: one append is to one stream.
template <class First, class... More>
[[nodiscard]] append_command append_of(std::string aggregate_id, expected_version expected,
                                       First first, More... more) {
  const event_codec* const codecs[]{&detail::codec_of(first), &detail::codec_of(more)...};
  append_command command;
  command.stream = {detail::common_aggregate(codecs), std::move(aggregate_id)};
  command.expected = expected;
  command.events.reserve(1 + sizeof...(More));
  command.events.push_back(detail::event_of(std::move(first)));
  (command.events.push_back(detail::event_of(std::move(more))), ...);
  return command;
}

/// Where appended events are: also what `wait_until` waits for.
struct appended {
  position_t first_position = 0;
  position_t last_position = 0;
  std::int64_t stream_version = 0; ///< aggregate_version of the last event.
  bool already_there = false;      ///< All ids were known: this is the first append's answer again.
};

/// What one command of a group came to. A value, since one refusal must not disturb its neighbours.
struct append_result {
  enum class status : std::uint8_t {
    appended,
    conflict,  ///< The stream has another version: `actual_version`.
    duplicate, ///< Event ids known elsewhere, or some known and some new.
    refused,   ///< The command can never be stored as it stands (bad JSON, no events …).
    failed,    ///< The store could not serve; the same command with the same ids may be repeated.
  };
  status state = status::appended;
  waymark::appended value;         ///< Meaningful if `appended`.
  std::int64_t actual_version = 0; ///< Meaningful if `conflict`.
  std::string problem;             ///< In words; empty if `appended`.
  bool outcome_unknown = false;    ///< `failed`, but the events may be in the log all the same.

  /// The value, or the matching exception: version_conflict, duplicate_event, usage_error,
  /// store_error.
  const waymark::appended& value_or_throw() const;
};

/// Limits of what a log takes; the same for every store.
struct append_limits {
  std::size_t max_data_bytes = 16u * 1024 * 1024;
  std::size_t max_metadata_bytes = 1024u * 1024;
  std::size_t max_name_bytes = 512; ///< Of types, ids, tenant, actor, correlation, causation.
  int max_json_depth = 200;
  std::size_t max_events = 10'000; ///< In one command.
  /// False for a store that keeps objects as they are: they are then not turned into text to be
  /// looked at, and may still turn out to be unwritable when somebody asks for their text.
  bool encode_objects = true;
};

/// Says what is wrong with a command, or nothing if it may be stored: no events or too many; names
/// that are empty, too long, not UTF-8 or hold NUL; a nil id, or one id twice; a time that RFC 3339
/// can't write; data that is not JSON and metadata that is not a JSON object, within the limits.
/// Every store calls this before it writes.
[[nodiscard]] std::optional<std::string> find_mistake(const append_command& command,
                                                      const append_limits& limits = {});

} // namespace waymark
