#pragma once

#include "actors/parked_set.hpp"
#include "actors/parking_lot.hpp"

#include <waymark/messages/dead_letter.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// What one shard has set aside: its letters, and how many events of which keys are parked. Tells
/// the lot that the shard has in common with others of it.
class parking_share {
 public:
  parking_share(std::shared_ptr<parking_lot> lot, int shard)
      : lot_{std::move(lot)}, shard_{shard} {}

  /// As a claim has found it.
  void take(std::shared_ptr<parked_set> parked, const letter_counts& counts);
  /// Another process may have the shard now.
  void leave() { lot_->leave(shard_); }

  /// One more event is parked for each of the keys.
  void park(const std::vector<std::string>& keys);
  /// So many events of a key are parked now, after some were settled. True if those were the last.
  bool settle(const std::string& sequence_key, std::int64_t remaining);
  void add_letters(std::int64_t written_less_settled) { counts_.letters += written_less_settled; }

  [[nodiscard]] bool has(const std::string& sequence_key) const {
    return parked_->events(sequence_key) > 0;
  }
  [[nodiscard]] std::shared_ptr<const parked_set> parked() const noexcept { return parked_; }
  [[nodiscard]] const letter_counts& counts() const noexcept { return counts_; }
  [[nodiscard]] const std::shared_ptr<parking_lot>& lot() const noexcept { return lot_; }
  /// Nothing more may be parked, as far as all shards are known.
  [[nodiscard]] bool full() const { return lot_->full(); }
  /// Other processes' shards may have made room since they were looked at.
  [[nodiscard]] bool outdated() const { return lot_->outdated(); }

 private:
  std::shared_ptr<parking_lot> lot_;
  int shard_;
  std::shared_ptr<parked_set> parked_ = std::make_shared<parked_set>();
  letter_counts counts_;
};

} // namespace waymark
