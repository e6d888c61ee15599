#include "supervisors/wording.hpp"

#include <algorithm>
#include <cstdint>

namespace waymark {

std::string spelled(std::chrono::milliseconds time) {
  const auto ms = std::max<std::int64_t>(time.count(), 0);
  if (ms < 1'000)
    return std::to_string(ms) + " ms";
  if (ms < 120'000)
    return std::to_string(ms / 1'000) + " s";
  if (ms < 7'200'000)
    return std::to_string(ms / 60'000) + " min";
  return std::to_string(ms / 3'600'000) + " h";
}

std::string event_of(const work_at_hand& work) {
  auto text = "\"" + work.event_type + "\"";
  if (work.event_id)
    text += " " + work.event_id->to_string();
  return text + " at position " + std::to_string(work.position);
}

} // namespace waymark
