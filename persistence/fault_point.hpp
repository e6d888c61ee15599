#pragma once

#include <atomic>

namespace waymark {

/// A named place where a test may stop the program or make the store fail. Costs one relaxed load
/// when nobody listens, and stands only at steps of a transaction, never at each event.
using fault_listener = void (*)(const char* place);

inline std::atomic<fault_listener> fault_hook{nullptr};

inline void fault_point(const char* place) {
  if (const auto listener = fault_hook.load(std::memory_order_relaxed))
    listener(place);
}

} // namespace waymark
