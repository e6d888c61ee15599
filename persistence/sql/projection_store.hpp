#pragma once

#include "persistence/sql/unit_of_work.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::sql {

/// Checkpoints, letters and read models in any database that keeps waymark's records. A store says
/// how a transaction is run, and `record_sql` what runs in it; what it all means is here.
class projection_store : public waymark::projection_store {
 public:
  void prepare_tables(std::span<const std::string> statements) override;
  [[nodiscard]] std::vector<std::string> try_statements(std::span<const sql_trial> trials) override;
  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override;
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override;
  void end_attempt(const ownership& owner) override;
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override;
  void release(std::span<const ownership> owned) override;
  std::optional<std::vector<ownership>> renew(std::string_view owner) override;
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override;
  [[nodiscard]] std::vector<checkpoint> load_all() override;
  [[nodiscard]] std::unique_ptr<waymark::unit_of_work> begin(const ownership& owner) override;
  [[nodiscard]] std::unique_ptr<waymark::unit_of_work> begin_ahead(const ownership& owner) override;
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

 protected:
  using work = std::function<void(connection&)>;

 private:
  /// Runs in a transaction that can write, and commits unless it throws.
  virtual void run_and_commit(const work& what) = 0;
  /// Runs one statement that writes.
  virtual void run_one(const work& what) = 0;
  /// Runs what only reads.
  virtual void run_reading(const work& what) = 0;
  /// Runs in a transaction that can write, and rolls back.
  virtual void run_in_vain(const work& what) = 0;
  void run_scripts_and_commit(const work& what);
  /// Runs the statement that renews an owner's rows, unless it would have to wait for a handler.
  virtual void run_renewal(std::string_view owner, const work& what) = 0;
  /// When the owner was last known to live, if its rows do not say so.
  [[nodiscard]] virtual std::optional<timestamp> last_heard_of(std::string_view owner) {
    static_cast<void>(owner);
    return std::nullopt;
  }
  /// Waits for its turn, and begins the transaction of a unit of work.
  [[nodiscard]] virtual std::unique_ptr<unit_turn> take_turn(const shard_key& key) = 0;

  /// The same without waiting for the database: the turn looks at the epoch with its first
  /// statement. Null if that is not worth while here.
  [[nodiscard]] virtual std::unique_ptr<unit_turn> take_turn_ahead(const ownership& owner) {
    static_cast<void>(owner);
    return nullptr;
  }

  /// What is written now is dated with; empty for the database's clock.
  [[nodiscard]] virtual std::optional<timestamp> dated() const = 0;

  /// What can be said about each claim without a transaction that can write. A claim that is not
  /// refused here is looked at again in one.
  [[nodiscard]] virtual std::vector<std::optional<claim_result>>
  refusals_at_first_sight(std::span<const claim_request> requests) {
    return std::vector<std::optional<claim_result>>(requests.size());
  }

  [[nodiscard]] timestamp now(connection& on) const;
  /// An attempt whose end a claim has counted: its record is not needed once that is committed.
  struct ended_attempt {
    std::string owner;
    shard_key key;
    position_t position = 0;
  };
  [[nodiscard]] claim_result claim_one(connection& on, const claim_request& request,
                                       std::vector<ended_attempt>& counted);
  template <class Action>
  auto writing(Action action);
  template <class Action>
  auto reading(Action action);
};

} // namespace waymark::sql
