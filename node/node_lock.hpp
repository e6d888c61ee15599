#pragma once

#include <optional>
#include <string>

namespace waymark::node {

/// Held by the one process that runs a configuration: a lock on a file, in which it writes its id,
/// where it answers, and which file this is, a line each. The lock ends with the process however
/// that ends.
class node_lock {
 public:
  /// @throws error that names the process which holds it; usage_error if the file can't be made.
  node_lock(const std::string& path, const std::string& socket,
            const std::string& configuration_file);
  ~node_lock();
  node_lock(const node_lock&) = delete;
  node_lock& operator=(const node_lock&) = delete;

 private:
  int file_;
};

/// Where the last process that held the lock on the file `path` answers; empty if none has held it.
/// A copy of such a file, of a folder that was copied whole, was held by none: whoever works in the
/// copy must not reach the node of the original.
[[nodiscard]] std::optional<std::string> socket_in_lock(const std::string& path);

} // namespace waymark::node
