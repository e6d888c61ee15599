#pragma once

#include <waymark/messages/event.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/persistence/event_store.hpp>

#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Helpers for the tests of those who write projections. They belong to no test framework: they
/// return values, and throw what waymark throws.
namespace waymark::testing {

/// Something that has happened, as a test tells it: an event and the stream that it stands in.
/// Untyped events are written out: `past_event{{"Order", "o-17"}, json_event("OrderPlaced",
/// "{}")}`.
struct past_event {
  stream_id stream;
  new_event event;
};

/// An event of a registered type in the stream `aggregate_id` of its aggregate type.
template <class T>
[[nodiscard]] past_event in_stream(std::string aggregate_id, T object) {
  return {{codec_for<T>().aggregate_type, std::move(aggregate_id)}, typed_event(std::move(object))};
}

/// Past events from registered types, which stand in the stream "1" of their aggregate type, and
/// past_events, in the order given.
template <class... Events>
[[nodiscard]] std::vector<past_event> history(Events... events) {
  [[maybe_unused]] const auto as_past = [](auto e) {
    if constexpr (std::is_same_v<decltype(e), past_event>)
      return e;
    else
      return in_stream("1", std::move(e));
  };
  std::vector<past_event> result;
  result.reserve(sizeof...(Events));
  (result.push_back(as_past(std::move(events))), ...);
  return result;
}

/// Appends the events one by one, whatever the streams' versions. An event without an id gets one
/// that follows from its position, so that two runs of a test see the same ids.
void append_history(event_store& log, std::span<const past_event> events);

} // namespace waymark::testing
