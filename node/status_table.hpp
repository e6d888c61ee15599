#pragma once

#include "node/console.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace waymark::node {

/// The answer to /v1/projections as a table for people, and below it the reasons and errors of
/// those that do not simply run.
void print_status(const nlohmann::json& found, console& terminal);

/// A state in the colour that it deserves.
[[nodiscard]] std::string painted_state(const std::string& state, const console& terminal);

/// "1.5 s", "3 min", "2 h": a duration for people.
[[nodiscard]] std::string rough_duration(double seconds);

} // namespace waymark::node
