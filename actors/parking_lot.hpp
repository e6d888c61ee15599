#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace waymark {

/// How much of a projection is parked, over its shards, against the limit that it has. Shared by
/// the shards of a process: their events are counted exactly, also those whose commit is under way,
/// so that together they never park more than the limit. Shards that other processes own count as
/// they stood when one of these last looked, at most `look_interval` before it parked something.
/// Thread-safe.
class parking_lot {
 public:
  static constexpr std::chrono::seconds look_interval{5};

  /// For `shards` of them; 0: for one shard alone, which has the whole limit to itself.
  parking_lot(std::int64_t limit, int shards, const clock& time = clock::system())
      : limit_{limit}, shards_{shards}, time_{time} {}

  /// Room for events whose commit is under way, until the shard has told what it has parked.
  class room {
   public:
    explicit room(std::shared_ptr<parking_lot> in) : in_{std::move(in)} {}
    ~room() { give_back(); }
    room(const room&) = delete;
    room& operator=(const room&) = delete;

    /// For one more event; false if there is none.
    [[nodiscard]] bool take();
    void give_back();

   private:
    std::shared_ptr<parking_lot> in_;
    std::int64_t taken_ = 0;
  };

  /// What a shard of this process has parked now.
  void set(int shard, std::int64_t events);

  /// A shard is another process's now, as far as known.
  void leave(int shard);

  /// Looks at the shards of other processes, if that was long ago. @throws store_error.
  void look(projection_store& at, const std::string& projection);

  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }
  [[nodiscard]] bool full() const;
  /// A look would count the shards of other processes anew: there are some, and it is long ago.
  [[nodiscard]] bool outdated() const;

 private:
  // With the mutex held.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool has_just_looked() const;

  const std::int64_t limit_;
  const int shards_;
  const clock& time_;
  mutable std::mutex mutex_;
  std::map<int, std::int64_t> parked_; ///< By shard, as far as known.
  std::set<int> ours_;
  std::int64_t taken_ = 0;
  std::optional<timestamp> looked_;
};

} // namespace waymark
