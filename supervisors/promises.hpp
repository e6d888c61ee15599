#pragma once

#include "actors/caf.hpp"

#include <caf/response_promise.hpp>

#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// Answers that several askers wait for.
using promises = std::vector<caf::response_promise>;

/// Says yes to all who wait; nobody waits then.
inline void deliver(promises& waiting) {
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(caf::unit);
}

/// Says no to all who wait; nobody waits then.
inline void deliver(promises& waiting, const caf::error& error) {
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(error);
}

/// The answer to a request that can't be met, for a person.
inline caf::error refusal(std::string text) {
  return caf::make_error(caf::sec::invalid_argument, std::move(text));
}

} // namespace waymark
