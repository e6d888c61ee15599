#pragma once

#include <waymark/waymark.hpp>

#include <string>
#include <utility>

namespace tutorial {

/// What each lesson works with: an opened store and a clock that stands still until the lesson
/// moves it, so that every run prints the same.
struct desk {
  explicit desk(const std::string& address) : where{waymark::open(address, {.clock = &time})} {}

  /// A projection driven by hand, with its records at this desk.
  template <class Builder>
  waymark::projector project(Builder&& builder) {
    return {std::forward<Builder>(builder), where.projections, {.clock = &time}};
  }

  /// Appends one event to the stream `id` of its type and returns it as the log holds it.
  template <class T>
  waymark::event append(const std::string& id, T data) {
    return append_event({waymark::codec_for<T>().aggregate_type, id},
                        waymark::typed_event(std::move(data)));
  }

  waymark::event_store& log() { return *where.events; }

  waymark::manual_clock time;
  waymark::store where;

 private:
  waymark::event append_event(waymark::stream_id stream, waymark::new_event data);
};

/// The id of the last event that the checkpoint covers, or "none".
std::string last_event_id(const waymark::projector& projection);

/// "425.50".
std::string dollars(std::int64_t cents);

/// The heading of a lesson.
void heading(const char* title);

} // namespace tutorial
