#pragma once

#include <cstddef>
#include <span>

namespace httplib {
struct Request;
struct Response;
class Server;
} // namespace httplib

namespace waymark::node {

class running_node;

/// What a node answers at one path. `path` is as docs/node.md has it: NAME stands for a projection,
/// ID for the number of a letter.
struct route {
  const char* method; ///< GET or POST.
  const char* path;
  void (*answer)(running_node& node, const httplib::Request& from, httplib::Response& to);
  bool may_last = false; ///< It waits for handlers, as long as these take.
};

/// Requests that may last are answered so many at once and refused beyond (503), so that they never
/// take all threads of a server, and whoever asks for a status has it at once.
inline constexpr std::size_t lasting_at_once = 4;

/// All about the node and its projections.
[[nodiscard]] std::span<const route> projection_routes() noexcept;
/// All about dead letters.
[[nodiscard]] std::span<const route> letter_routes() noexcept;

/// Adds all routes of the API to a server, for a node that outlives its answers.
void add_routes(httplib::Server& to, running_node& node);

} // namespace waymark::node
