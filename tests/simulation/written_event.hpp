#pragma once

#include <waymark/messages/append.hpp>
#include <waymark/messages/event_macros.hpp>

#include <cstdint>
#include <string>

namespace waymark::sim {

/// What an event does to the handler that meets it.
enum class doing : std::uint8_t {
  ok,
  always,     ///< The handler throws, every time.
  flaky,      ///< It throws the first `times` times.
  violates,   ///< A statement violates a constraint, and the handler swallows the error.
  careless,   ///< The handler hides what a statement throws; there is nothing wrong with the event.
  broken,     ///< The projection's code is at fault until it is mended.
  away,       ///< A store that the handler needs is away until it comes back.
  unreadable, ///< The data lacks a field.
  // In the projection whose number is `times`, the handler ends its process:
  crashes, ///< By a fatal signal.
  gorges,  ///< By its hunger for memory, after a while: nothing is recorded.
  vanishes ///< At once, and nothing is recorded.
};

inline constexpr const char* doing_names[] = {"ok",       "always", "flaky",   "violates",
                                              "careless", "broken", "away",    "unreadable",
                                              "crashes",  "gorges", "vanishes"};

[[nodiscard]] inline bool is_deadly(doing what) {
  return what >= doing::crashes;
}

[[nodiscard]] inline const char* to_string(doing what) {
  return doing_names[static_cast<std::size_t>(what)];
}

/// An event as the simulation knows it, beside the log: what the oracle folds.
struct written_event {
  position_t position = 0; ///< 0 as long as it is not acknowledged.
  uuid id;
  std::string type; ///< "Noted", "Counted" or "Strange", for which there is no handler.
  stream_id stream;
  std::string group; ///< For the key rule "by-group"; empty if the data has none.
  doing what = doing::ok;
  int times = 0; ///< flaky: so often; deadly: for whom.

  [[nodiscard]] new_event as_new() const {
    std::string text = R"({"times":)" + std::to_string(times);
    if (what != doing::unreadable)
      text += std::string{R"(,"doing":")"} + to_string(what) + '"';
    if (!group.empty())
      text += R"(,"group":")" + group + '"';
    auto result = json_event(type, text + '}');
    result.event_id = id;
    return result;
  }
};

/// "Noted" as a handler gets it.
struct noted {
  std::string doing;
  std::int64_t times = 0;
};
WAYMARK_EVENT(noted, "Noted", "A", doing, times);

} // namespace waymark::sim
