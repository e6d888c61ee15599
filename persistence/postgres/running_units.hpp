#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <map>
#include <mutex>

namespace waymark::postgres {

/// The units of work of this process that are under way, so that another thread can look at their
/// sessions from the server's side. Thread-safe.
class running_units {
 public:
  /// A unit of work is entered for as long as this lives.
  class entry {
   public:
    entry(running_units& in, const shard_key& key, const session& on) : in_{in}, on_{on} {
      const std::lock_guard lock{in_.mutex_};
      in_.units_.emplace(key, &on_);
    }
    ~entry() {
      const std::lock_guard lock{in_.mutex_};
      std::erase_if(in_.units_, [this](const auto& each) { return each.second == &on_; });
    }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

   private:
    running_units& in_;
    const session& on_;
  };

  /// Calls `action(session)` if `key` has a unit of work, which can't end meanwhile. The session is
  /// in use by its own thread: only its backend's number may be asked for.
  template <class Action>
  bool with(const shard_key& key, Action action) {
    const std::lock_guard lock{mutex_};
    const auto found = units_.find(key);
    if (found == units_.end())
      return false;
    action(*found->second);
    return true;
  }

 private:
  std::mutex mutex_;
  std::multimap<shard_key, const session*> units_; ///< A stale owner may still have one.
};

} // namespace waymark::postgres
