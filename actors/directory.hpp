#pragma once

#include "actors/caf.hpp"

#include <map>
#include <mutex>
#include <string>

namespace waymark {

/// Finds the incarnation of an actor that is up now, by its role. Whoever starts a child
/// enters it, so that a look after a restart finds the new one. Holds strong handles: cleared
/// before the actor system ends. Thread-safe.
class directory {
 public:
  void enter(const std::string& role, caf::actor who) {
    const std::lock_guard lock{mutex_};
    actors_[role] = std::move(who);
  }

  /// An invalid handle if there is none.
  [[nodiscard]] caf::actor find(const std::string& role) const {
    const std::lock_guard lock{mutex_};
    const auto found = actors_.find(role);
    return found == actors_.end() ? caf::actor{} : found->second;
  }

  void leave(const std::string& role) {
    const std::lock_guard lock{mutex_};
    actors_.erase(role);
  }

  void clear() {
    std::map<std::string, caf::actor> gone;
    const std::lock_guard lock{mutex_};
    gone.swap(actors_);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, caf::actor> actors_;
};

} // namespace waymark
