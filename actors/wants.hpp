#pragma once

#include "actors/decoding_meter.hpp"

#include <waymark/actors/projection_spec.hpp>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace waymark {

/// What all projections of a process together want of the log: so much is read and decoded, and
/// no more.
struct wants {
  event_filter filter; ///< Everything that at least one wants.
  struct reader {
    event_filter filter;
    const event_codec* codec = nullptr;
  };
  std::unordered_map<std::string, std::vector<reader>> readers; ///< By event type.
};

/// Joins the wishes; a condition that not all share is dropped. Pure.
[[nodiscard]] std::shared_ptr<const wants> join_wants(const std::map<std::string, spec_ptr>& specs);

/// Decodes what is wanted of these events, so that the threads that apply them need not: from the
/// last to the first, to meet a thread that is already at it. `meter`, if any, is told which one it
/// is at.
void decode_wanted(const std::vector<event>& events, const wants& wanted,
                   decoding_meter* meter = nullptr);

} // namespace waymark
