#pragma once

#include <waymark/messages/payload.hpp>
#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark {

/// Place of an event in the whole log: 1, 2, 3 … without holes, in commit order. 0 is before the
/// first event.
using position_t = std::int64_t;

/// Names one stream.
struct stream_id {
  std::string aggregate_type;
  std::string aggregate_id;
  friend bool operator==(const stream_id&, const stream_id&) = default;
};

/// "Order/o-17", for messages to people.
[[nodiscard]] std::string to_string(const stream_id& stream);

/// An event as the log holds it: the envelope and the data.
struct event {
  position_t position = 0;
  uuid event_id;
  std::string event_type;
  int schema_version = 1;
  std::string aggregate_type;
  std::string aggregate_id;
  std::int64_t aggregate_version = 0; ///< 1, 2, 3 … inside the stream.
  timestamp occurred_at{};            ///< When it happened, by the producer's clock.
  timestamp recorded_at{};            ///< When it was committed, by the store's clock.
  std::optional<std::string> tenant_id;
  std::optional<std::string> actor_id;       ///< Who caused it.
  std::optional<std::string> correlation_id; ///< Of the conversation it belongs to.
  std::optional<std::string> causation_id;   ///< Of the message that led to it.
  std::string metadata;                      ///< JSON object as text; empty for none.
  payload data;

  /// The data as JSON. @throws decode_error if the text is not JSON.
  [[nodiscard]] nlohmann::json json() const;

  /// Whether this is an event of that type, in any version. Pure.
  template <class T>
  [[nodiscard]] bool is() const {
    return event_type == codec_for<T>().event_type;
  }

  /// The data as a T, lifted to its version; decoded once. Lives as long as any copy of the data.
  /// @throws decode_error if the data is not what T asks for; projection_error for a version newer
  ///   than T's, or without an upcaster; usage_error unless `is<T>()`.
  template <class T>
  [[nodiscard]] const T& as() const {
    return *static_cast<const T*>(decoded(codec_for<T>()));
  }

 private:
  [[nodiscard]] const void* decoded(const event_codec& codec) const;
};

/// "OrderPlaced 0190…-… at position 17", for messages to people.
[[nodiscard]] std::string describe(const event& e);

/// Roughly what an event takes in memory; pages are bounded by it.
[[nodiscard]] std::size_t size_bytes(const event& e) noexcept;

/// An event that is yet to be appended. What is left empty is filled in: a version 7 id, and the
/// store's clock for `occurred_at`.
struct new_event {
  std::optional<uuid> event_id;
  std::string event_type;
  int schema_version = 1;
  std::optional<timestamp> occurred_at;
  std::optional<std::string> tenant_id;
  std::optional<std::string> actor_id;
  std::optional<std::string> correlation_id;
  std::optional<std::string> causation_id;
  std::string metadata; ///< JSON object as text, or empty.
  payload data;
};

/// An untyped event from JSON text.
[[nodiscard]] new_event json_event(std::string event_type, std::string json_text);

/// An event of a type registered with WAYMARK_EVENT.
template <class T>
[[nodiscard]] new_event typed_event(T object) {
  const auto& codec = codec_for<T>();
  new_event result;
  result.event_type = codec.event_type;
  result.schema_version = codec.schema_version;
  result.data = payload::of(std::move(object));
  return result;
}

} // namespace waymark
