#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <memory>
#include <utility>

namespace waymark::sim {

/// A projection store that hands everything on: what a broken one differs from.
class forwarding_store : public projection_store {
 public:
  explicit forwarding_store(std::shared_ptr<projection_store> real) : real_{std::move(real)} {}

  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] int max_sessions() const noexcept override { return real_->max_sessions(); }
  void prepare_tables(std::span<const std::string> statements) override {
    real_->prepare_tables(statements);
  }
  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override {
    return real_->claim(requests);
  }
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override {
    return real_->begin_attempt(owner, subject);
  }
  void end_attempt(const ownership& owner) override { real_->end_attempt(owner); }
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override {
    return real_->find_attempt(key);
  }
  void release(std::span<const ownership> owned) override { real_->release(owned); }
  std::optional<std::vector<ownership>> renew(std::string_view owner) override {
    return real_->renew(owner);
  }
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override {
    return real_->load(key);
  }
  [[nodiscard]] std::vector<checkpoint> load_all() override { return real_->load_all(); }
  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override {
    return real_->begin(owner);
  }
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    return real_->save(owner, advance);
  }
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    return real_->store_failure(owner, why);
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    real_->reset(as, truncate);
  }
  [[nodiscard]] std::vector<dead_letter> letters(const letter_query& query) override {
    return real_->letters(query);
  }
  [[nodiscard]] std::optional<dead_letter> letter(std::int64_t id) override {
    return real_->letter(id);
  }
  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) override {
    return real_->letter_at(key, position);
  }
  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query) override {
    return real_->settled_letters(query);
  }
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override {
    return real_->parked_queues(key);
  }
  [[nodiscard]] letter_counts counts(const shard_key& key) override { return real_->counts(key); }
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) override {
    return real_->parked_keys(key);
  }
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override {
    return real_->parked_positions(key, sequence_key);
  }
  void save_position(std::string_view name, position_t position) override {
    real_->save_position(name, position);
  }
  [[nodiscard]] std::optional<position_t> load_position(std::string_view name) override {
    return real_->load_position(name);
  }
  void read(const std::function<void(read_model&)>& queries) override { real_->read(queries); }

 protected:
  const std::shared_ptr<projection_store> real_;
};

} // namespace waymark::sim
