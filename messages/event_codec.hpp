#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>

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

/// The codec of a type registered with WAYMARK_EVENT (event_macros.hpp).
template <class T>
[[nodiscard]] const event_codec& codec_for();

/// The codec of handlers that take `nlohmann::json`: decodes any event, lifted as far as the
/// registered upcasters go.
[[nodiscard]] const event_codec& json_codec();

} // namespace waymark
