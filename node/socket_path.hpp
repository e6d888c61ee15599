#pragma once

#include "node/configuration/configuration.hpp"

#include <optional>
#include <string>

namespace waymark::node {

/// Where the node of a configuration answers: as configured, else beside the file as
/// "FILE.sock". A path beyond the 107 bytes that a Unix socket's name can have becomes a hashed
/// name in $XDG_RUNTIME_DIR, or in a folder of the user's own with mode 0700, which is made.
/// The same for every way to name the file. @throws error if that folder can't be made or is not
/// the user's alone.
[[nodiscard]] std::string socket_path(const configuration& of);

/// Where the node that runs the configuration answers, whatever its user and environment: as it has
/// written beside its lock; `socket_path` if none ever ran.
[[nodiscard]] std::string socket_of_node(const configuration& of);

/// What is wrong with the place of a socket: a file stands there that is none, and would be lost.
[[nodiscard]] std::optional<std::string> mistake_in_socket(const std::string& path);

/// Removes the socket that a node has left; never another file.
void remove_socket(const std::string& path) noexcept;

/// The file of the `node_lock`: as the socket that is configured, or else beside the configuration,
/// with ".lock" behind it; no name of a file is too long.
[[nodiscard]] std::string lock_path(const configuration& of);

} // namespace waymark::node
