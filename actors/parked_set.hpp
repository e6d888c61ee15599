#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waymark {

/// Keys whose events are parked, and how many. Made for the question that every event asks, and
/// that is nearly always answered with no: a few bits per key answer it from the key's hash, so
/// that the key itself is made and looked up only where it is likely to be here.
class parked_set {
 public:
  parked_set() = default;
  parked_set(std::initializer_list<std::pair<std::string, std::int64_t>> queues);

  /// False only if no key with that FNV-1a hash is here; true for about one of thirty others.
  [[nodiscard]] bool may_hold(std::uint64_t key_hash) const noexcept {
    const auto at = places(key_hash);
    return !filter_.empty() && bit(at.first) && bit(at.second);
  }

  /// How many events of the key are parked; 0 if the key is not here.
  [[nodiscard]] std::int64_t events(const std::string& key) const;

  /// Enters a key, changes how many events it has, or with 0 takes it out.
  void set(const std::string& key, std::int64_t events);

  [[nodiscard]] bool empty() const noexcept { return queues_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return queues_.size(); }

  friend bool operator==(const parked_set& a, const parked_set& b) {
    return a.queues_ == b.queues_;
  }

 private:
  /// Two bits for a key. Keys of one shard have parts of their hashes in common, so all of the hash
  /// goes into both.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t>
  places(std::uint64_t hash) const noexcept {
    const auto mixed = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u;
    const auto mask = filter_.size() * 64 - 1;
    return {mixed >> 32 & mask, mixed & mask};
  }
  [[nodiscard]] bool bit(std::uint64_t at) const noexcept {
    return (filter_[at / 64] >> at % 64 & 1) != 0;
  }
  void mark(const std::string& key);
  void make_filter();

  std::unordered_map<std::string, std::int64_t> queues_;
  std::vector<std::uint64_t> filter_; ///< A power of two; empty until there is a key.
  std::size_t gone_ = 0; ///< Keys taken out that the filter still has.
};

} // namespace waymark
