#pragma once

#include "examples/simulated_restart/options.hpp"

namespace restart {

/// Appends and projects until it is killed. Says "ready" on standard output when the projections
/// are started, and "ack POSITION ACCOUNT VERSION" behind each acknowledged append.
[[noreturn]] void live_as_child(const options& given);

} // namespace restart
