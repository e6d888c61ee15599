#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <iterator>
#include <map>
#include <memory>
#include <mutex>

namespace waymark::postgres {

/// The units of work of this process that are under way, so that another thread can look at their
/// sessions from the server's side. Thread-safe.
class running_units {
 private:
  struct unit {
    std::mutex mutex; ///< Held while somebody looks: only the end of this very unit waits for it.
    const session* on; ///< Null when it has ended.
  };

 public:
  /// A unit of work is entered for as long as this lives.
  class entry {
   public:
    entry(running_units& in, const shard_key& key, const session& on)
        : in_{in}, unit_{std::make_shared<unit>()} {
      unit_->on = &on;
      const std::lock_guard lock{in_.mutex_};
      in_.units_.emplace(key, unit_);
    }
    ~entry() {
      {
        const std::lock_guard lock{in_.mutex_};
        std::erase_if(in_.units_, [this](const auto& each) { return each.second == unit_; });
      }
      const std::lock_guard lock{unit_->mutex};
      unit_->on = nullptr;
    }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

   private:
    running_units& in_;
    const std::shared_ptr<unit> unit_;
  };

  /// Calls `action(session)` if `key` has a unit of work, the latest, which can't end meanwhile;
  /// others can, so the action may take its time. The session is in use by its own thread: only its
  /// backend's number may be asked for.
  template <class Action>
  bool with(const shard_key& key, Action action) {
    const auto found = find(key);
    if (!found)
      return false;
    const std::lock_guard lock{found->mutex};
    if (!found->on)
      return false;
    action(*found->on);
    return true;
  }

 private:
  [[nodiscard]] std::shared_ptr<unit> find(const shard_key& key) {
    const std::lock_guard lock{mutex_};
    const auto of_key = units_.equal_range(key); // in the order in which they began
    return of_key.first == of_key.second ? nullptr : std::prev(of_key.second)->second;
  }

  std::mutex mutex_; ///< For the look-up alone.
  std::multimap<shard_key, std::shared_ptr<unit>> units_; ///< A stale owner may still have one.
};

} // namespace waymark::postgres
