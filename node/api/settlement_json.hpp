#pragma once

#include <waymark/messages/letter_settlement.hpp>

#include <nlohmann/json_fwd.hpp>

/// Settling dead letters, as JSON; docs/node.md lists the members.
namespace waymark::node {

struct settle_request {
  letter_selection which;
  settle_options options;
};

[[nodiscard]] nlohmann::json to_json(const settle_request& wanted);

/// @throws usage_error that names a member which is unknown or has a wrong value, so that a slip of
///   the pen never means more letters than were meant.
[[nodiscard]] settle_request settle_request_in(const nlohmann::json& body);

[[nodiscard]] nlohmann::json to_json(const settle_report& report);

} // namespace waymark::node
