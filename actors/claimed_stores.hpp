#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace waymark {

/// The stores that projections of this process have claims in. It outlives the actors that use it.
/// Thread-safe.
class claimed_stores {
 public:
  void enter(const std::string& projection, std::shared_ptr<projection_store> store) {
    const std::lock_guard lock{mutex_};
    entries_.insert_or_assign(projection, std::move(store));
  }

  void leave(const std::string& projection) {
    const std::lock_guard lock{mutex_};
    entries_.erase(projection);
  }

  /// Whether a projection has claims there.
  [[nodiscard]] bool has(const projection_store& store) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const auto& entry) { return entry.second.get() == &store; });
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<projection_store>> entries_;
};

} // namespace waymark
