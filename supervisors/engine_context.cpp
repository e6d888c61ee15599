#include "supervisors/engine_context.hpp"

#include "supervisors/groups.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <algorithm>

namespace waymark {

engine_context::engine_context(store at, engine_options with)
    : where{std::move(at)}, options{std::move(with)}, owner{make_owner_instance()},
      queue{std::make_shared<append_queue>(options.append_queue)}, log{std::make_shared<logger>(
                                                                       options.log)} {
}

void engine_context::add_shard(const std::string& name, const shard_key& key) {
  const std::lock_guard lock{mutex_};
  shards_[name] = key;
}

std::vector<shard_key> engine_context::remove_shards(const std::string& projection) {
  std::vector<shard_key> keys;
  const std::lock_guard lock{mutex_};
  std::erase_if(shards_, [&](const auto& s) {
    if (s.second.projection != projection)
      return false;
    keys.push_back(s.second);
    return true;
  });
  return keys;
}

std::string engine_context::child_of(const shard_key& key) const {
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(shards_.begin(), shards_.end(),
                                  [&](const auto& shard) { return shard.second == key; });
  return found == shards_.end() ? std::string{} : found->first;
}

std::vector<shard_key> engine_context::shards_below(const std::string& name) const {
  std::vector<shard_key> keys;
  const auto tree = projections_tree(options.supervisors);
  const std::lock_guard lock{mutex_};
  for (const auto& [child, key] : shards_) {
    if (child == name)
      return {key};
    const auto above = supervisors_above(tree, key.projection);
    if (std::find(above.begin(), above.end(), name) != above.end())
      keys.push_back(key);
  }
  return keys;
}

void engine_context::observe(const supervisor_event& what) const {
  observe(what, shards_below(what.child));
}

void engine_context::observe_inner(const supervisor_event& what) const {
  observe(what, {});
}

void engine_context::observe(const supervisor_event& what,
                             const std::vector<shard_key>& keys) const {
  using kind = supervisor_event::kind;
  const auto now = clock::system().now();
  const auto show = [&](projection_state state, const std::string& reason) {
    for (const auto& key : keys)
      shown->set_state(key, state, reason, now);
  };
  const auto again = "; starts again in " + std::to_string(what.delay.count()) + " ms";
  switch (what.what) {
  case kind::started:
    return log->write(log_level::debug, "up", what.child, "runs under " + what.supervisor);
  case kind::restarting:
    for (const auto& key : keys)
      shown->count_restart(key, what.attempt, now + what.delay);
    show(what.store_fault ? projection_state::degraded : projection_state::backing_off,
         what.reason);
    return log->write(log_level::warning, "restart", what.child, what.reason + again);
  case kind::failed:
    show(projection_state::failed, what.reason);
    for (const auto& key : keys)
      shown->set_next_try(key, what.delay.count() > 0 ? std::optional{now + what.delay}
                                                      : std::nullopt);
    return log->write(log_level::error, "failed", what.child, what.reason);
  case kind::stopped:
    if (!what.reason.empty()) { // it comes back
      show(projection_state::backing_off, what.reason);
      for (const auto& key : keys)
        shown->set_next_try(key, what.delay.count() > 0 ? std::optional{now + what.delay}
                                                        : std::nullopt);
      return log->write(log_level::info, "stop", what.child, what.reason);
    }
    [[fallthrough]];
  case kind::ended:
    show(projection_state::ended, what.reason);
    return log->write(keys.empty() ? log_level::debug : log_level::info, "stop", what.child,
                      "has ended");
  case kind::abandoned:
    return log->write(log_level::error, "abandoned", what.child,
                      "did not end in time and is left behind");
  case kind::escalated: // it comes back with its supervisor, or is given up with it
    show(projection_state::backing_off,
         std::string{restarted} + "with its supervisor, which gives up: " + what.reason);
    return log->write(log_level::error, "escalated", what.supervisor,
                      "gives up because of " + what.child + ": " + what.reason);
  }
}

} // namespace waymark
