#pragma once

#include "persistence/postgres/database.hpp"

#include <waymark/persistence/projection_store.hpp>

namespace waymark::postgres {

/// Checkpoints, letters and read models in a PostgreSQL database.
class postgres_projection_store final : public projection_store {
 public:
  explicit postgres_projection_store(std::shared_ptr<database> in) : in_{std::move(in)} {}

  [[nodiscard]] const std::string& address() const noexcept override { return in_->where().shown; }
  [[nodiscard]] int max_sessions() const noexcept override { return in_->where().max_sessions; }
  void prepare_tables(std::span<const std::string> statements) override;
  [[nodiscard]] std::vector<std::string>
  try_statements(std::span<const sql_trial> trials) override;
  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override;
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override;
  void end_attempt(const ownership& owner) override;
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override;
  void release(std::span<const ownership> owned) override;
  void renew(std::string_view owner) override;
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override;
  [[nodiscard]] std::vector<checkpoint> load_all() override;
  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override;
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override;
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override;
  void reset(const claim_request& as, std::span<const std::string> truncate) override;
  [[nodiscard]] std::vector<dead_letter> letters(const letter_query& query) override;
  [[nodiscard]] std::optional<dead_letter> letter(std::int64_t id) override;
  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) override;
  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query) override;
  [[nodiscard]] letter_counts counts(const shard_key& key) override;
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) override;
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override;
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override;
  void save_position(std::string_view name, position_t position) override;
  [[nodiscard]] std::optional<position_t> load_position(std::string_view name) override;
  [[nodiscard]] std::optional<lock_wait> blocked_by(const shard_key& key) override;
  bool interrupt(const shard_key& key) override;
  void read(const std::function<void(read_model&)>& queries) override;

 private:
  template <class Action>
  auto writing(Action action);
  template <class Action>
  auto reading(Action action);

  [[nodiscard]] claim_result claim_one(session& on, const claim_request& request);
  [[nodiscard]] std::vector<std::optional<claim_result>>
  refusals_at_first_sight(std::span<const claim_request> requests);

  std::shared_ptr<database> in_;
};

} // namespace waymark::postgres
