#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <memory>

namespace waymark {

/// Checkpoints, letters and parked positions in the memory of this process, for read models that
/// live there too. Keeps no tables: whatever asks for some throws usage_error. `clk` must outlive
/// it.
[[nodiscard]] std::shared_ptr<projection_store>
make_memory_projection_store(const clock& clk = clock::system());

} // namespace waymark
