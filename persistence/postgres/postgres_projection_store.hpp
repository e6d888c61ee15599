#pragma once

#include "persistence/postgres/database.hpp"
#include "persistence/sql/projection_store.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace waymark::postgres {

/// Checkpoints, letters and read models in a PostgreSQL database.
class postgres_projection_store final : public sql::projection_store {
 public:
  explicit postgres_projection_store(std::shared_ptr<database> in) : in_{std::move(in)} {}

  [[nodiscard]] const std::string& address() const noexcept override { return in_->where().shown; }
  [[nodiscard]] int max_sessions() const noexcept override { return in_->where().max_sessions; }
  void allow_handlers(const std::string& projection, std::chrono::milliseconds at_most) override;
  [[nodiscard]] std::optional<lock_wait> blocked_by(const shard_key& key) override;
  bool interrupt(const shard_key& key) override;
  /// Waits for the commits of owners that live, not for those of frozen ones.
  void reset(const claim_request& as, std::span<const std::string> truncate) override;
  void read(const std::function<void(read_model&)>& queries) override;

 private:
  void run_and_commit(const work& what) override;
  void run_one(const work& what) override { run_and_commit(what); }
  /// Each statement is a transaction of its own.
  void run_reading(const work& what) override;
  void run_renewal(std::string_view owner, const work& what) override;
  void run_in_vain(const work& what) override;
  [[nodiscard]] std::unique_ptr<sql::unit_turn> take_turn(const shard_key& key) override;
  [[nodiscard]] std::unique_ptr<sql::unit_turn> take_turn_ahead(const ownership& owner) override;
  [[nodiscard]] std::optional<timestamp> dated() const override { return in_->dated(); }
  [[nodiscard]] std::vector<std::optional<claim_result>>
  refusals_at_first_sight(std::span<const claim_request> requests) override;

  /// Ends what the row's owner has under way, if its process is frozen.
  void set_free(session& on, const checkpoint& row, const claim_request& by);

  /// What the transaction of a unit of work is begun with, besides what all have.
  [[nodiscard]] std::string settings_for(const std::string& projection);

  std::shared_ptr<database> in_;
  std::mutex mutex_;
  /// Where they take longer than sessions wait for them anyway.
  std::map<std::string, std::chrono::milliseconds> longest_idle_;
};

} // namespace waymark::postgres
