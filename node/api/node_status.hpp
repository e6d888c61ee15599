#pragma once

#include <waymark/messages/status.hpp>
#include <waymark/supervisors/child_snapshot.hpp>
#include <waymark/supervisors/engine.hpp>

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

/// What a node says of itself, as JSON: the same whether it comes over the socket or from the
/// stores. The names of its members are stable; docs/node.md lists them.
namespace waymark::node {

/// A projection: its status, how far it is behind, and its health.
[[nodiscard]] nlohmann::json to_json(const projection_status& status, const lag& behind,
                                     const health_thresholds& thresholds);

/// One projection of a running engine. @throws usage_error for an unknown name.
[[nodiscard]] nlohmann::json status_of(const engine& of, const std::string& name,
                                       const health_thresholds& thresholds);

/// A part of the supervision tree and all below.
[[nodiscard]] nlohmann::json to_json(const child_snapshot& part);

} // namespace waymark::node
