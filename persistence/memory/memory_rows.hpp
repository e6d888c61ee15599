#pragma once

#include <waymark/messages/dead_letter.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// What a projection store keeps, as containers. Letters of all generations; parked positions of
/// the current one only. Not thread-safe.
struct memory_rows {
  std::map<shard_key, checkpoint> checkpoints;
  std::map<std::int64_t, dead_letter> letters;
  std::map<std::int64_t, settled_letter> settled;
  std::map<shard_key, std::map<std::string, std::set<position_t>>> parked;
  std::map<std::string, position_t> positions;
  std::int64_t last_letter_id = 0;

  /// The record, if the owner's epoch is the current one.
  [[nodiscard]] checkpoint* at_epoch(const ownership& owner);
  [[nodiscard]] std::vector<checkpoint> of_projection(const std::string& projection) const;
  /// Drops records and parked positions of a projection; its letters stay.
  void forget(const std::string& projection);

  void park(const shard_key& key, const std::string& sequence_key, position_t position);
  void unpark(const shard_key& key, const std::string& sequence_key, position_t position);
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) const;
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         const std::string& sequence_key) const;

  void add_letter(dead_letter letter, const shard_key& key);
  /// Whether it is a letter of this shard and its current generation.
  [[nodiscard]] bool may_change(std::int64_t id, const shard_key& key) const;
  void update_letter(const dead_letter& letter, const shard_key& key);
  void settle_letter(std::int64_t id, const settlement& how, const shard_key& key);
  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) const;
  [[nodiscard]] std::vector<settled_letter> list_settled(const letter_query& query) const;
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) const;
  [[nodiscard]] std::vector<dead_letter> list(const letter_query& query) const;
  [[nodiscard]] letter_counts counts(const shard_key& key) const;

 private:
  [[nodiscard]] std::optional<std::int64_t> generation_of(const shard_key& key) const;
};

} // namespace waymark
