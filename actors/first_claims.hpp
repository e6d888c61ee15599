#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace waymark {

/// Shards that were started together and are claimed together: whoever of a store asks first claims
/// all of that store in one transaction, and the others find their answers here. Each answer is
/// given once; later claims go their own way. Thread-safe.
class first_claims {
 public:
  /// Notes what is to be claimed; the tables of these projections are made already.
  void add(projection_store& store, std::vector<claim_request> requests);

  /// The answer for a shard; nothing if it is none of the noted ones, or was answered before.
  /// @throws store_error; then each claims for itself, so that one whose row somebody keeps locked
  /// holds up nobody else.
  [[nodiscard]] std::optional<claim_result> take(projection_store& store, const shard_key& key);

  /// Forgets the shards of a projection, or of all, that have not taken their answers and never
  /// will. Does not wait for a store that is being asked: what it grants them after this is
  /// released by who asks. @returns what was granted to them, to be released by the caller.
  [[nodiscard]] std::vector<ownership> drop(projection_store& store,
                                            std::optional<std::string_view> projection = {});

 private:
  struct group {
    std::mutex asking; ///< Held while the store is asked, so that it is asked once.
    std::mutex mutex;  ///< Guards what follows.
    std::vector<claim_request> requests;
    std::set<shard_key> asked; ///< The store is being asked for these, and they are wanted.
    std::map<shard_key, claim_result> answers;
  };
  static void ask(projection_store& store, group& of, const shard_key& asker);
  [[nodiscard]] std::shared_ptr<group> group_of(projection_store& store, bool make);

  std::mutex mutex_;
  std::map<projection_store*, std::shared_ptr<group>> groups_;
};

} // namespace waymark
