#include "node/running_node.hpp"

#include "node/exit_status.hpp"
#include "node/sql/sql_projection.hpp"

#include <waymark/messages/clock.hpp>

#include <cstdio>
#include <cstdlib>
#include <utility>

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
void end_process(const work_at_hand& handler, const std::string& why) {
  std::fprintf(stderr, "waymark: projection \"%s\": %s; the node ends, to be started again\n",
               to_string(handler.who).c_str(), why.c_str());
  std::_Exit(static_cast<int>(exit_status::failed));
}

} // namespace

engine_options options_of(const configuration& from) {
  engine_options options;
  options.supervisors = from.supervisors;
  options.log = from.log;
  options.health = from.health;
  options.drain_deadline = from.drain_deadline;
  options.owner_timeout = from.owner_timeout;
  options.poll_interval = from.poll_interval;
  options.handler_timeout = from.handler_timeout;
  options.on_unrecoverable = end_process;
  return options;
}

running_node::running_node(configuration from, const std::vector<spec_ptr>& more)
    : settings_{std::move(from)}, stores_{open_stores(settings_)},
      started_at_{clock::system().now()}, engine_{stores_.log(), options_of(settings_)} {
  std::vector<spec_ptr> all;
  for (const auto& each : settings_.projections)
    all.push_back(make_projection(each, stores_.of_read_model(each.read_model).projections));
  all.insert(all.end(), more.begin(), more.end());
  engine_.start(all);
}

} // namespace waymark::node
