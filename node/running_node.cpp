#include "node/running_node.hpp"

#include "node/exit_status.hpp"
#include "node/sql/sql_projection.hpp"

#include <waymark/messages/clock.hpp>

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

engine_options options_of(const configuration& from) {
  engine_options options;
  options.supervisors = from.supervisors;
  options.log = from.log;
  options.health = from.health;
  options.drain_deadline = from.drain_deadline;
  options.owner_timeout = from.owner_timeout;
  options.poll_interval = from.poll_interval;
  return options;
}

} // namespace

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
