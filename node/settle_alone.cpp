#include "node/settle_alone.hpp"

#include "node/claims.hpp"
#include "node/exit_status.hpp"
#include "node/interruption.hpp"
#include "node/move_checkpoint.hpp"
#include "node/node_lock.hpp"
#include "node/running_node.hpp"
#include "node/socket_path.hpp"
#include "supervisors/write_within.hpp"

#include <waymark/messages/error.hpp>

#include <chrono>
#include <cstdlib>
#include <future>

#include <unistd.h>

namespace waymark::node {

namespace {

void refuse_new_version(const recorded_projection& of) {
  for (const auto& record : records_of(of))
    if (record.projection_version != of.spec->version)
      throw usage_error{to_string(record.key) + " has version " +
                        std::to_string(record.projection_version) + " in its tables and " +
                        std::to_string(of.spec->version) + " in the configuration" +
                        (record.projection_version < of.spec->version
                             ? "; `waymark run` changes that first"
                             : ": a newer one has owned it, and only that one can")};
}

constexpr std::chrono::milliseconds glance{20};

/// With the handler that hangs in it.
[[noreturn]] void end_process() {
  write_within(STDERR_FILENO, "waymark: not everything ended in time; nothing is lost by that\n",
               std::chrono::seconds{1});
  std::_Exit(static_cast<int>(exit_status::failed));
}

using settling = std::future<settle_report>;

/// A signal ends what is under way as it ends a node, so that no event is blamed for it.
void wait_for(const settling& report, engine& on, const interruption& signals) {
  while (report.wait_for(glance) != std::future_status::ready)
    if (signals.requested()) {
      if (!on.stop())
        end_process();
      return;
    }
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
  const interruption signals;
  engine on{stores.log(), options};
  on.start(specs);
  wait_for_claims(on, [&] { return signals.requested(); });
  if (signals.requested())
    throw error{"interrupted; nothing was done"};
  settling report = std::async(std::launch::async, [&] {
    return verb == settle_verb::retry ? on.retry(wanted.which, wanted.options)
                                      : on.discard(wanted.which, wanted.options);
  });
  wait_for(report, on, signals);
  auto found = report.get();
  on.stop();
  return found;
}

} // namespace waymark::node
