#include "supervisors/engine_context.hpp"

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

std::optional<shard_key> engine_context::shard_of(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  const auto found = shards_.find(name);
  if (found == shards_.end())
    return std::nullopt;
  return found->second;
}

void engine_context::observe(const supervisor_event& what) const {
  using kind = supervisor_event::kind;
  // Projections may have the names of the engine's own actors, which stand elsewhere in the tree.
  const bool inner = what.supervisor == "root" || what.supervisor == "log" ||
                     what.supervisor.starts_with("sessions");
  const auto key = inner ? std::nullopt : shard_of(what.child);
  const auto show = [&](projection_state state, const std::string& reason) {
    if (key)
      shown->set_state(*key, state, reason, clock::system().now());
  };
  const auto again = "; starts again in " + std::to_string(what.delay.count()) + " ms";
  switch (what.what) {
  case kind::started:
    return log->write(log_level::debug, "up", what.child, "runs under " + what.supervisor);
  case kind::restarting:
    if (key)
      shown->count_restart(*key);
    show(what.store_fault ? projection_state::degraded : projection_state::backing_off,
         what.reason + again + ", after " + std::to_string(what.attempt) +
             (what.attempt == 1 ? " failure" : " failures in a row"));
    return log->write(log_level::warning, "restart", what.child, what.reason + again);
  case kind::failed:
    show(projection_state::failed, what.reason);
    return log->write(log_level::error, "failed", what.child, what.reason);
  case kind::stopped:
    if (!what.reason.empty()) { // it comes back
      show(projection_state::backing_off, what.reason);
      return log->write(log_level::info, "stop", what.child, what.reason);
    }
    [[fallthrough]];
  case kind::ended:
    show(projection_state::ended, what.reason);
    return log->write(key ? log_level::info : log_level::debug, "stop", what.child, "has ended");
  case kind::abandoned:
    return log->write(log_level::error, "abandoned", what.child,
                      "did not end in time and is left behind");
  case kind::escalated:
    return log->write(log_level::error, "escalated", what.supervisor,
                      "gives up because of " + what.child + ": " + what.reason);
  }
}

} // namespace waymark
