#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace waymark {

/// Releases claims of many shards together: whose turn it is first releases all that are to be
/// released in a store by then, in one transaction, and the others find it done. So an engine with
/// a thousand projections stops in a few commits. Thread-safe.
class joint_releases {
 public:
  /// Notes that a shard is to be released as soon as its turn comes. Does not block on the store.
  void note(projection_store& store, const ownership& owned);

  /// Returns when a noted shard has been released. If all together fail, each is released alone, so
  /// that one whose row somebody keeps locked holds up nobody else.
  ///
  /// If the process dies before the transaction is committed, none of these claims is released, and
  /// each goes to who finds its owner dead; after it, all are.
  /// @throws store_error.
  void release(projection_store& store, const ownership& owned);

 private:
  struct group {
    std::mutex asking; ///< Held while the store is asked, so that it is asked once.
    std::mutex mutex;  ///< Guards what follows.
    std::map<shard_key, std::int64_t> noted; ///< With their epochs.
    bool alone = false;
  };
  [[nodiscard]] std::shared_ptr<group> group_of(projection_store& store);

  std::mutex mutex_;
  std::map<projection_store*, std::shared_ptr<group>> groups_;
};

} // namespace waymark
