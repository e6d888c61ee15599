#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace waymark::node {

class running_node;

/// Answers on a Unix socket by HTTP and JSON; the routes are in docs/node.md. Only the user whose
/// process it is can connect (mode 0600). Requests are answered on eight threads of its own.
class api_server {
 public:
  /// Binds the socket, so that clients can connect and wait from now on; takes away a socket that a
  /// process which is gone has left. To be made while no other thread makes files, since it changes
  /// the umask for a moment, and while the node_lock is held.
  /// @throws usage_error if the socket can't be made.
  explicit api_server(const std::string& socket);
  /// Stops, and takes the socket away.
  ~api_server();
  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  /// Begins to answer for a node, which must outlive this or `stop`.
  /// @throws usage_error if the socket can not be listened on.
  void serve(running_node& node);

  /// Answers no more; requests under way are finished first.
  void stop() noexcept;

  /// Answers no more. @returns whether the requests under way have ended within `deadline`; if not,
  /// only the end of the process ends them.
  [[nodiscard]] bool stop_within(std::chrono::milliseconds deadline);

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace waymark::node
