#pragma once

#include <waymark/messages/append.hpp>

#include "node/json_members.hpp"

#include <string_view>
#include <vector>

namespace waymark::node {

/// The event that a CloudEvent of version 1.0 is, given its attributes; `read_event_line` says what
/// becomes of each. @throws line_mistake.
[[nodiscard]] append_command cloud_event(const std::vector<json_member>& attributes);

/// The last segment of the path of a URI reference: "Order" of "https://shop.example/sales/Order".
/// Of one without slashes ("urn:shop:order") it is the whole. Empty if there is no path. Pure.
[[nodiscard]] std::string_view last_path_segment(std::string_view source) noexcept;

} // namespace waymark::node
