#pragma once

#include <waymark/messages/evidence.hpp>

#include <chrono>
#include <string>

namespace waymark {

/// A span of time, roughly, for people: "840 ms", "12 s", "3 min", "2 h".
[[nodiscard]] std::string spelled(std::chrono::milliseconds time);

/// The event that a job is at: type, id and position.
[[nodiscard]] std::string event_of(const work_at_hand& work);

} // namespace waymark
