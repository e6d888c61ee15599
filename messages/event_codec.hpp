#pragma once

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>

namespace waymark {

/// How one C++ type travels as an event: its name in the log and the way to JSON and back.
/// There is one per type for the life of the program, and its address identifies it.
struct event_codec {
  std::string event_type;     ///< Name in the log, e.g. "OrderPlaced"; empty for json_codec().
  std::string aggregate_type; ///< Kind of stream it belongs to, e.g. "Order".
  int schema_version = 1;     ///< Version that this program writes and its handlers see.

  /// The object as JSON text. @throws usage_error for what JSON can't hold.
  std::string (*encode)(const void* object) = nullptr;
  /// A new object from JSON of `schema_version`. @throws decode_error naming the field.
  std::shared_ptr<const void> (*decode)(const nlohmann::json& data) = nullptr;
  std::size_t size_bytes = 0; ///< sizeof the type; an estimate of what an object takes.
};

/// Names a type without an object of it; what the macros declare is found through it.
template <class T>
struct event_tag {};

/// A type that WAYMARK_EVENT or WAYMARK_EVENT_V stands behind, in the type's own namespace.
template <class T>
concept registered_event = requires {
  { waymark_event_codec(event_tag<T>{}) } -> std::same_as<const event_codec&>;
};

/// The codec of a type registered with WAYMARK_EVENT (event_macros.hpp).
template <class T>
[[nodiscard]] const event_codec& codec_for() {
  static_assert(std::is_same_v<T, std::remove_cvref_t<T>>,
                "waymark: name the event's type itself, without const or reference");
  static_assert(registered_event<T>,
                "waymark: this type is not an event yet. Put WAYMARK_EVENT(type, \"EventName\", "
                "\"AggregateType\", fields...) right behind it, in its own namespace, and include "
                "<waymark/messages/event_macros.hpp>");
  return waymark_event_codec(event_tag<T>{});
}

/// The codec of handlers that take `nlohmann::json`: decodes any event, lifted to the latest
/// version that an upcaster is registered for. A newer version comes as it is.
[[nodiscard]] const event_codec& json_codec();

} // namespace waymark
