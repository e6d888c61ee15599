#include "tests/catch.hpp"

#include <waymark/supervisors/restart_strategy.hpp>

#include <algorithm>
#include <string>

using namespace waymark;

namespace {

constexpr std::size_t count = 3;
constexpr restart_strategy strategies[] = {
    restart_strategy::one_for_one, restart_strategy::one_for_all, restart_strategy::rest_for_one};
constexpr restart_kind kinds[] = {restart_kind::permanent, restart_kind::transient,
                                  restart_kind::temporary};
constexpr child_state states[] = {child_state::running, child_state::backing_off,
                                  child_state::stopped, child_state::failed};

/// The definition, child by child: is `other` restarted together with `failed`?
bool together(restart_strategy strategy, std::size_t other, std::size_t failed) {
  if (other == failed || strategy == restart_strategy::one_for_all)
    return true;
  return strategy == restart_strategy::rest_for_one && other > failed;
}

struct step {
  std::size_t child;
  bool normally;
};

/// Three children with a life of their own: how often each was started and told to stop.
struct family {
  std::vector<child_view> children;
  std::vector<int> starts = std::vector<int>(count, 1);
  std::vector<int> stops = std::vector<int>(count, 0);

  explicit family(const std::vector<restart_kind>& of) {
    for (const auto kind : of)
      children.push_back({child_state::running, kind});
  }

  bool ends(std::size_t child, bool normally) {
    const auto end = normally ? child_end::normal : child_end::crash;
    if (is_restarted(children[child].kind, end))
      return true;
    children[child].state = child_state::stopped;
    return false;
  }

  void by_plan(restart_strategy strategy, step s) {
    if (!ends(s.child, s.normally))
      return;
    children[s.child].state = child_state::backing_off;
    const auto plan = plan_restart(strategy, children, s.child);
    REQUIRE(std::is_sorted(plan.stop.rbegin(), plan.stop.rend()));
    REQUIRE(std::is_sorted(plan.start.begin(), plan.start.end()));
    for (const auto i : plan.stop) {
      REQUIRE(children[i].state == child_state::running);
      ++stops[i];
      children[i].state = child_state::stopped;
    }
    for (const auto i : plan.start) {
      REQUIRE(children[i].state != child_state::running);
      ++starts[i];
      children[i].state = child_state::running;
    }
  }

  void by_definition(restart_strategy strategy, step s) {
    if (!ends(s.child, s.normally))
      return;
    for (std::size_t i = 0; i < count; ++i) {
      if (!together(strategy, i, s.child) || children[i].state != child_state::running)
        continue;
      if (i != s.child)
        ++stops[i];
      if (i == s.child || children[i].kind != restart_kind::temporary)
        ++starts[i];
      else
        children[i].state = child_state::stopped;
    }
  }
};

/// All sequences of ends of children that are up, each checked after every step.
void walk(restart_strategy strategy, const family& planned, const family& defined, int depth,
          std::size_t& steps) {
  for (std::size_t child = 0; depth > 0 && child < count; ++child)
    for (const bool normally : {false, true}) {
      if (planned.children[child].state != child_state::running)
        continue;
      auto a = planned;
      auto b = defined;
      a.by_plan(strategy, {child, normally});
      b.by_definition(strategy, {child, normally});
      REQUIRE(a.starts == b.starts);
      REQUIRE(a.stops == b.stops);
      for (std::size_t i = 0; i < count; ++i)
        REQUIRE(a.children[i].state == b.children[i].state);
      ++steps;
      walk(strategy, a, b, depth - 1, steps);
    }
}

} // namespace

TEST_CASE("Every sequence of four ends of three children follows the strategy") {
  std::size_t steps = 0;
  for (const auto strategy : strategies)
    for (const auto a : kinds)
      for (const auto b : kinds)
        for (const auto c : kinds) {
          INFO(to_string(strategy)
               << ": " << to_string(a) << ", " << to_string(b) << ", " << to_string(c));
          const family children{{a, b, c}};
          walk(strategy, children, children, 4, steps);
        }
  REQUIRE(steps > 10'000);
}

TEST_CASE("Every state of the other children is respected") {
  for (const auto strategy : strategies)
    for (std::size_t failed = 0; failed < count; ++failed)
      for (const auto left : states)
        for (const auto right : states) {
          std::vector<child_view> children(count, {child_state::backing_off, {}});
          children[(failed + 1) % count].state = left;
          children[(failed + 2) % count].state = right;
          const auto plan = plan_restart(strategy, children, failed);
          const auto has = [](const auto& list, std::size_t i) {
            return std::find(list.begin(), list.end(), i) != list.end();
          };
          for (std::size_t i = 0; i < count; ++i) {
            const bool group = together(strategy, i, failed);
            const auto state = children[i].state;
            const bool wanted = state == child_state::running || state == child_state::backing_off;
            REQUIRE(has(plan.stop, i) == (group && state == child_state::running));
            REQUIRE(has(plan.start, i) == (group && wanted));
          }
        }
}

TEST_CASE("A restart kind says which ends are final") {
  CHECK(is_restarted(restart_kind::permanent, child_end::normal));
  CHECK(is_restarted(restart_kind::permanent, child_end::crash));
  CHECK_FALSE(is_restarted(restart_kind::transient, child_end::normal));
  CHECK(is_restarted(restart_kind::transient, child_end::crash));
  CHECK_FALSE(is_restarted(restart_kind::temporary, child_end::normal));
  CHECK_FALSE(is_restarted(restart_kind::temporary, child_end::crash));
  for (const auto kind : kinds)
    CHECK(is_restarted(kind, child_end::store_fault));
}
