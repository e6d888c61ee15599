#pragma once

#include "node/configuration/configuration.hpp"
#include "node/node_stores.hpp"
#include "node/recorded_projections.hpp"

#include <waymark/supervisors/engine.hpp>

#include <string>
#include <vector>

namespace waymark::node {

/// What a configuration says of its engine. A handler that never returns ends the process, with a
/// message that says so and then `consequence`.
[[nodiscard]] engine_options
options_of(const configuration& from,
           const std::string& consequence = "the node ends, to be started again");

/// The engine of a configuration, with all of its projections started. Its members are as
/// thread-safe as the engine.
class running_node {
 public:
  /// Opens the stores and starts everything; `more` are projections written in C++.
  /// @throws nobody_there if a store can't be reached; what engine.start throws.
  running_node(configuration from, const std::vector<spec_ptr>& more);

  [[nodiscard]] const configuration& settings() const noexcept { return settings_; }
  [[nodiscard]] waymark::engine& engine() noexcept { return engine_; }
  [[nodiscard]] const waymark::engine& engine() const noexcept { return engine_; }
  /// Its projections that have records, and where these are.
  [[nodiscard]] const std::vector<recorded_projection>& recorded() const noexcept {
    return recorded_;
  }
  [[nodiscard]] timestamp started_at() const noexcept { return started_at_; }

 private:
  configuration settings_;
  node_stores stores_;
  std::vector<recorded_projection> recorded_;
  timestamp started_at_;
  waymark::engine engine_;
};

} // namespace waymark::node
