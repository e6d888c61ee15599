#pragma once

#include <waymark/waymark.hpp>

namespace bench {

/// Options of an engine that logs nothing.
[[nodiscard]] waymark::engine_options silent();

/// Waits until the projection is at the head. @throws waymark::error if it can't get there.
void catch_up(const waymark::engine& engine, const waymark::projection_handle& projection);

} // namespace bench
