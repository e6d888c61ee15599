#include "supervisors/supervisor_actor.hpp"

#include "supervisors/supervisor_state.hpp"

namespace waymark {
namespace {

caf::behavior supervise(supervisor_state::self_ptr self, const supervisor_options& options,
                        const std::shared_ptr<roster>& children) {
  return compat::state(self).make_behavior(options, children);
}

std::vector<std::string> names_of(const std::vector<supervised>& children) {
  std::vector<std::string> names;
  for (const auto& child : children)
    names.push_back(child.name());
  return names;
}

std::uint64_t mix(std::uint64_t seed, const std::string& name) {
  return seed ^ std::hash<std::string>{}(name);
}

} // namespace

caf::actor spawn_supervisor(caf::local_actor& host, supervisor_options options,
                            std::shared_ptr<roster> children) {
  return host.spawn(supervise, std::move(options), std::move(children));
}

caf::actor spawn_supervisor(caf::actor_system& host, supervisor_options options,
                            std::shared_ptr<roster> children) {
  return host.spawn(supervise, std::move(options), std::move(children));
}

child_spec nested_supervisor(supervisor_options options, std::shared_ptr<roster> children) {
  child_spec spec;
  spec.name = options.name;
  spec.nested = children;
  spec.start = [options = std::move(options), children = std::move(children)](auto& parent) {
    return spawn_supervisor(parent, options, children);
  };
  return spec;
}

supervision_plan plan_supervision(const supervision& tree, const supervisor_observer& observer,
                                  std::uint64_t seed, std::chrono::milliseconds failed_retry) {
  supervision_plan plan{{tree.name, tree.strategy, tree.intensity, tree.period, tree.at_limit,
                         tree.backoff, failed_retry, observer, mix(seed, tree.name)},
                        std::make_shared<roster>(names_of(tree.children))};
  plan.options.ends_at_once = tree.strategy == restart_strategy::one_for_one;
  for (const auto& child : tree.children) {
    if (!child.is_supervisor())
      continue;
    auto nested = plan_supervision(child.supervisor(), observer, seed, failed_retry);
    plan.children->add(nested_supervisor(std::move(nested.options), std::move(nested.children)));
  }
  return plan;
}

} // namespace waymark
