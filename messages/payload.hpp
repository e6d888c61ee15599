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
    undecodable,     ///< Not JSON, not what the type asks for, or an upcaster threw: event's fault.
    newer_than_code, ///< A schema version that this program does not know: the projection's fault.
    no_upcaster      ///< Older than the code, and a step up is missing: the projection's fault.
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
  /// The empty object, `{}`. Costs nothing.
  payload() noexcept = default;

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

  /// Whether this was made from an object rather than from text.
  [[nodiscard]] bool holds_object() const noexcept;

  /// The data as `codec` wants it, decoded on the first call and remembered. `context` gives the
  /// schema version to lift from. The answer lives as long as any copy of this payload. An object
  /// made with the same codec is answered as it is; one of another codec goes through its text.
  /// What the registry of upcasters learns later does not change an answer.
  [[nodiscard]] const decoded_payload& decode(const event_codec& codec, const event& context) const;

 private:
  struct cell;
  payload(const event_codec& codec, std::shared_ptr<const void> object);
  explicit payload(std::shared_ptr<cell> data) noexcept : cell_{std::move(data)} {}
  [[nodiscard]] cell& self() const noexcept;

  std::shared_ptr<cell> cell_; ///< Null for the empty object, and when moved from.
};

} // namespace waymark
