#include <waymark/supervisors/restart_strategy.hpp>

namespace waymark {
namespace {

struct range {
  std::size_t first;
  std::size_t last;
};

range group_of(restart_strategy strategy, std::size_t size, std::size_t failed) {
  switch (strategy) {
  case restart_strategy::one_for_all:
    return {0, size};
  case restart_strategy::rest_for_one:
    return {failed, size};
  case restart_strategy::one_for_one:
    break;
  }
  return {failed, failed + 1};
}

bool comes_back(const child_view& child) {
  const bool wanted =
      child.state == child_state::running || child.state == child_state::backing_off;
  return wanted && child.kind != restart_kind::temporary;
}

} // namespace

const char* to_string(restart_strategy strategy) noexcept {
  switch (strategy) {
  case restart_strategy::one_for_one:
    return "one_for_one";
  case restart_strategy::one_for_all:
    return "one_for_all";
  case restart_strategy::rest_for_one:
    return "rest_for_one";
  }
  return "unknown";
}

const char* to_string(restart_kind kind) noexcept {
  switch (kind) {
  case restart_kind::permanent:
    return "permanent";
  case restart_kind::transient:
    return "transient";
  case restart_kind::temporary:
    return "temporary";
  }
  return "unknown";
}

const char* to_string(child_state state) noexcept {
  switch (state) {
  case child_state::running:
    return "running";
  case child_state::backing_off:
    return "backing_off";
  case child_state::stopped:
    return "stopped";
  case child_state::failed:
    return "failed";
  }
  return "unknown";
}

bool is_restarted(restart_kind kind, child_end end) noexcept {
  if (end == child_end::store_fault)
    return true;
  return kind == restart_kind::permanent ||
         (kind == restart_kind::transient && end != child_end::normal);
}

restart_plan plan_restart(restart_strategy strategy, const std::vector<child_view>& children,
                          std::size_t failed) {
  restart_plan plan;
  const auto [first, last] = group_of(strategy, children.size(), failed);
  for (auto i = last; i-- > first;)
    if (i != failed && children[i].state == child_state::running)
      plan.stop.push_back(i);
  for (auto i = first; i < last; ++i)
    if (i == failed || comes_back(children[i]))
      plan.start.push_back(i);
  return plan;
}

} // namespace waymark
