#pragma once

#include <string_view>

namespace waymark::node {

/// Tells the service manager a state, such as "READY=1" or "STOPPING=1": one datagram to the socket
/// that $NOTIFY_SOCKET names (sd_notify(3)). Nothing happens if there is none, or on a failure.
void notify_service_manager(std::string_view state) noexcept;

} // namespace waymark::node
