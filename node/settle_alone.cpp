#include "node/settle_alone.hpp"

#include "node/claims.hpp"
#include "node/move_checkpoint.hpp"
#include "node/node_lock.hpp"
#include "node/running_node.hpp"
#include "node/socket_path.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::node {

namespace {

void refuse_new_version(const recorded_projection& of) {
  for (const auto& record : records_of(of))
    if (record.projection_version != of.spec->version)
      throw usage_error{to_string(record.key) + " has version " +
                        std::to_string(record.projection_version) + " in its tables and " +
                        std::to_string(of.spec->version) +
                        " in the configuration; `waymark run` changes that first"};
}

} // namespace

settle_report settle_alone(const configuration& settings, const node_stores& stores,
                           const std::vector<recorded_projection>& concerned, settle_verb verb,
                           const settle_request& wanted) {
  const node_lock only_one{lock_path(settings), socket_path(settings), settings.file};
  auto options = options_of(settings, "this ends here, and the event's letter stays");
  options.supervisors.clear(); // they name projections that are not started here
  std::vector<spec_ptr> specs;
  for (const auto& each : concerned) {
    refuse_new_version(each);
    specs.push_back(each.spec);
  }
  engine on{stores.log(), options};
  on.start(specs);
  wait_for_claims(on, [] { return false; });
  auto report = verb == settle_verb::retry ? on.retry(wanted.which, wanted.options)
                                           : on.discard(wanted.which, wanted.options);
  on.stop();
  return report;
}

} // namespace waymark::node
