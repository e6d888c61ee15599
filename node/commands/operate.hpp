#pragma once

#include "node/command.hpp"

/// What an operator does with one projection of a running node.
namespace waymark::node {

[[nodiscard]] command add_pause_command(CLI::App& program);
[[nodiscard]] command add_resume_command(CLI::App& program);
/// The event that a projection of the policy "stop" stands before. Asks unless --yes.
[[nodiscard]] command add_discard_command(CLI::App& program);
[[nodiscard]] command add_take_over_command(CLI::App& program);
/// Asks unless --yes.
[[nodiscard]] command add_reset_command(CLI::App& program);
/// A reset, and then waits and shows how far it is.
[[nodiscard]] command add_rebuild_command(CLI::App& program);
[[nodiscard]] command add_explain_command(CLI::App& program);

} // namespace waymark::node
