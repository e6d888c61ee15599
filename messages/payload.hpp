#pragma once

#include <waymark/messages/event_codec.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace waymark {

struct event;

/// What became of a payload on its way to a handler.
struct decoded_payload {
  enum class status : std::uint8_t {
    ok,
    undecodable,    ///< Not JSON, or not what the type asks for: the event's fault.
    newer_than_code ///< A schema version that this program does not know: the projection's fault.
  };
  status state = status::ok;
  std::shared_ptr<const void> object; ///< Of the codec's type; null unless `ok`.
  std::string problem;                ///< In words, naming the field; empty if `ok`.
};

/// An event's data: JSON text, or an object of a registered type that has not been turned into text
/// (yet). Copies share one immutable cell, which also remembers what the text was decoded to, so
/// that an event is decoded at most once however many projections want it. Thread-safe.
class payload {
 public:
  /// The empty object, `{}`.
  payload();

  /// Takes JSON text as it is; it is looked at when it is appended or decoded.
  [[nodiscard]] static payload from_json(std::string text);

  /// Takes an object of a type registered with WAYMARK_EVENT. It becomes text only if asked to.
  template <class T>
  [[nodiscard]] static payload of(T object) {
    return payload{codec_for<T>(), std::make_shared<const T>(std::move(object))};
  }

  /// The data as JSON text; made on the first call if this holds an object.
  /// @throws usage_error if the object can't be written as JSON (a string that is not UTF-8).
  [[nodiscard]] const std::string& text() const;

  /// The size of the text, or an estimate for an object that has no text yet.
  [[nodiscard]] std::size_t size_bytes() const noexcept;

  /// The data as `codec` wants it, decoded on the first call and remembered. `context` gives the
  /// schema version to lift from. The answer lives as long as any copy of this payload.
  [[nodiscard]] const decoded_payload& decode(const event_codec& codec, const event& context) const;

 private:
  struct cell;
  payload(const event_codec& codec, std::shared_ptr<const void> object);
  std::shared_ptr<cell> cell_;
};

} // namespace waymark
