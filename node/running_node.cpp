#include "node/running_node.hpp"

#include "node/exit_status.hpp"
#include "supervisors/write_within.hpp"

#include <waymark/messages/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <utility>

#include <unistd.h>

namespace waymark::node {

namespace {

node_stores open_stores(const configuration& from) {
  try {
    return {from, true};
  } catch (const store_error& e) {
    throw nobody_there{e.what()};
  }
}

/// A thread that hangs can't be taken back; a new process can begin without it.
void end_process(const work_at_hand& handler, const std::string& why,
                 const std::string& consequence) {
  write_within(STDERR_FILENO,
               "waymark: projection \"" + to_string(handler.who) + "\": " + why + "; " +
                   consequence + "\n",
               std::chrono::seconds{1});
  std::_Exit(static_cast<int>(exit_status::failed));
}

} // namespace

engine_options options_of(const configuration& from, const std::string& consequence) {
  auto options = from.engine;
  options.on_unrecoverable = [consequence](const work_at_hand& handler, const std::string& why) {
    end_process(handler, why, consequence);
  };
  return options;
}

running_node::running_node(configuration from, const std::vector<spec_ptr>& more)
    : settings_{std::move(from)}, stores_{open_stores(settings_)},
      recorded_{recorded_projections(settings_, stores_, more)},
      started_at_{clock::system().now()}, engine_{stores_.log(), options_of(settings_)} {
  std::vector<spec_ptr> all;
  for (const auto& each : recorded_)
    all.push_back(each.spec);
  std::copy_if(more.begin(), more.end(), std::back_inserter(all),
               [](const spec_ptr& each) { return each->where == effect::memory; });
  engine_.start(all);
}

} // namespace waymark::node
