#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace waymark::node {

/// Talks to the node of a configuration over its socket, a connection for each request.
class api_client {
 public:
  explicit api_client(std::string socket) : socket_{std::move(socket)} {}

  /// Whether a node answers there. @throws nobody_there if one is there that this user may not
  ///   speak with, or that has not answered in 10 s; so do the next two, `post` after 10 minutes.
  [[nodiscard]] bool somebody_answers() const;

  /// @throws nobody_there if no node answers; usage_error for what it refuses as wrong (400, 404);
  ///   error for what failed there.
  [[nodiscard]] nlohmann::json get(const std::string& path) const;
  [[nodiscard]] nlohmann::json post(const std::string& path, const nlohmann::json& body) const;

 private:
  std::string socket_;
};

/// "/v1/projections/NAME", with the name as a URL has it.
[[nodiscard]] std::string path_of_projection(const std::string& name);

} // namespace waymark::node
