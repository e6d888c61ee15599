#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace waymark {

/// The stores that projections of this process have claims in, each with the role of a session pool
/// that may block on it. It outlives the actors that use it. Thread-safe.
class claimed_stores {
 public:
  using pools = std::map<std::shared_ptr<projection_store>, std::string>;

  void enter(const std::string& projection, std::shared_ptr<projection_store> store,
             std::string pool) {
    const std::lock_guard lock{mutex_};
    entries_.insert_or_assign(projection, std::pair{std::move(store), std::move(pool)});
  }

  void leave(const std::string& projection) {
    const std::lock_guard lock{mutex_};
    entries_.erase(projection);
  }

  /// Each store once.
  [[nodiscard]] pools all() const {
    const std::lock_guard lock{mutex_};
    pools result;
    for (const auto& [projection, where] : entries_)
      result.insert(where);
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::pair<std::shared_ptr<projection_store>, std::string>> entries_;
};

} // namespace waymark
