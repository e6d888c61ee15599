#pragma once

#include <waymark/supervisors/engine.hpp>

#include <functional>

namespace waymark::node {

/// Waits until no projection is about to make its first claim, 30 s at most, or until `ended` says
/// that nobody wants that any more.
void wait_for_claims(const engine& on, const std::function<bool()>& ended);

/// Claims what stands by, whoever holds it, once the first claims are through.
void take_over_all(engine& on, const mandate& as, const std::function<bool()>& ended);

} // namespace waymark::node
