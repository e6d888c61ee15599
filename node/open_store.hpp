#pragma once

#include <waymark/persistence/store.hpp>

#include <string>

namespace waymark::node {

enum class if_missing : unsigned char { create, refuse };

/// Opens the log at an address that the user gave for a command that talks to it directly.
/// @throws usage_error for an address that can't be meant (also `memory:`, which ends with the
///   program); nobody_there if there is no such store, or it can't be reached.
[[nodiscard]] store open_log(const std::string& address, if_missing missing);

} // namespace waymark::node
