#include "node/configuration/configuration.hpp"
#include "node/configuration/mistake.hpp"

#include "fuzz/fuzz.hpp"

#include <waymark/supervisors/supervision.hpp>

#include <optional>

namespace {

using namespace waymark::node;

std::optional<configuration> accepted(std::string_view text) {
  try {
    return parse_configuration(text, "/srv/waymark.json", {});
  } catch (const configuration_error& e) {
    fuzz::require(!e.mistakes().empty(), "what is refused has a mistake");
    return std::nullopt;
  }
}

} // namespace

void fuzz::one_input(std::string_view input) {
  const auto found = accepted(input);
  if (!found)
    return;
  require(!found->store.empty(), "there is a store");
  require(waymark::validate(waymark::projections_tree(found->engine.supervisors)).empty(),
          "the engine takes the tree");
  for (const auto& each : found->projections) {
    require(!each.on.empty() && each.version >= 1 && each.shards >= 1, "limits hold");
    require(!canary || each.version != 3, "planted");
  }
  using error_handler = ordered_json::error_handler_t;
  const auto full = with_defaults(*found).dump(-1, ' ', false, error_handler::replace);
  const auto again = accepted(full);
  require(again.has_value(), "what is shown with its defaults can be read");
  require(again->projections.size() == found->projections.size(), "and means the same");
}
