#pragma once

#include <string>

namespace waymark::node {

/// Held by the one process that runs a configuration: a lock on a file, in which it writes its id
/// and where it answers, a line each. The lock ends with the process however that ends.
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

} // namespace waymark::node
