#pragma once

#include <waymark/actors/projection_spec.hpp>

#include <memory>
#include <mutex>

namespace waymark {

/// The state of an in-memory projection. Handlers change it under `guard`, readers look under it.
struct memory_state {
  std::mutex guard;
  std::shared_ptr<void> object;
};

/// The state that a projection begins with. @throws projection_error if the author's type throws.
[[nodiscard]] std::shared_ptr<void> new_state(const projection_spec& of);
/// A copy of `state` for a projection that asks for `.snapshot()`. @throws as above.
[[nodiscard]] std::shared_ptr<void> copy_of_state(const projection_spec& of, const void* state);

} // namespace waymark
