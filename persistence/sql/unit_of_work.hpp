#pragma once

#include "persistence/sql/connection.hpp"
#include "persistence/sql/handler_model.hpp"

#include <memory>
#include <optional>

namespace waymark::sql {

/// The right to a connection for the length of a unit of work, with a transaction begun on it. Its
/// end gives the connection back and rolls back what was not committed.
class unit_turn {
 public:
  unit_turn() = default;
  unit_turn(const unit_turn&) = delete;
  unit_turn& operator=(const unit_turn&) = delete;
  virtual ~unit_turn() = default;
  [[nodiscard]] virtual connection& on() noexcept = 0;
  [[nodiscard]] virtual handler_model& model() noexcept = 0;
  /// What the commit is dated with; empty for the database's clock.
  [[nodiscard]] virtual std::optional<timestamp> dated() const = 0;
  /// Whether the transaction was begun by an owner whose epoch was over; see
  /// waymark::unit_of_work::fenced.
  [[nodiscard]] virtual bool refused() { return false; }
  /// Writes the checkpoint and commits; nothing is committed if the checkpoint did not match.
  [[nodiscard]] virtual commit_status commit(const ownership& owner,
                                             const checkpoint_advance& advance);
};

/// A unit of work on any database that keeps waymark's records.
class unit_of_work final : public waymark::unit_of_work {
 public:
  /// Null if `owner` does not hold the epoch any more.
  [[nodiscard]] static std::unique_ptr<unit_of_work> begin(std::unique_ptr<unit_turn> turn,
                                                           const ownership& owner);

  /// For a turn that looks at the epoch itself when it begins.
  [[nodiscard]] static std::unique_ptr<unit_of_work> begin_ahead(std::unique_ptr<unit_turn> turn,
                                                                 const ownership& owner);

  [[nodiscard]] read_model& model() override;
  [[nodiscard]] bool fenced() override;
  [[nodiscard]] bool failed() const noexcept override { return turn_ && turn_->model().failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override {
    return turn_ ? turn_->model().failure() : nullptr;
  }
  void park(std::string_view sequence_key, position_t position) override;
  void unpark(std::string_view sequence_key, position_t position) override;
  void add_letter(const dead_letter& letter) override;
  bool update_letter(const dead_letter& letter) override;
  bool settle_letter(std::int64_t id, const settlement& how) override;
  void clear_attempt() override;
  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override;

 private:
  unit_of_work(std::unique_ptr<unit_turn> turn, const ownership& owner,
               std::optional<std::int64_t> generation)
      : turn_{std::move(turn)}, owner_{owner}, generation_{generation} {}
  /// @throws usage_error after the end.
  unit_turn& turn();
  /// The connection. @throws usage_error after the end; what the first failed statement threw;
  /// statement_error.
  connection& sound();
  /// @throws as `sound`; store_error if the owner's epoch is over.
  [[nodiscard]] std::int64_t generation();

  std::unique_ptr<unit_turn> turn_; ///< Given back by `commit`.
  ownership owner_;
  std::optional<std::int64_t> generation_; ///< Once somebody has looked.
};

} // namespace waymark::sql
