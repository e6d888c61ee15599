#pragma once

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/handler_model.hpp"

#include <waymark/persistence/projection_store.hpp>

namespace waymark::postgres {

/// A unit of work that holds a session from its beginning to its end.
class postgres_unit_of_work final : public unit_of_work {
 public:
  /// Null if `owner` does not hold the epoch any more.
  [[nodiscard]] static std::unique_ptr<unit_of_work> begin(std::shared_ptr<database> in,
                                                           const ownership& owner);

  [[nodiscard]] read_model& model() override { return model_; }
  [[nodiscard]] bool failed() const noexcept override { return model_.failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override { return model_.failure(); }
  void park(std::string_view sequence_key, position_t position) override;
  void unpark(std::string_view sequence_key, position_t position) override;
  void add_letter(const dead_letter& letter) override;
  bool update_letter(const dead_letter& letter) override;
  bool settle_letter(std::int64_t id, const settlement& how) override;
  void clear_attempt() override;
  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override;

 private:
  postgres_unit_of_work(std::shared_ptr<database> in, const ownership& owner);
  /// @throws usage_error after the end; what the first failed statement threw; statement_error.
  void require_open();
  void end();

  std::shared_ptr<database> in_;
  ownership owner_;
  std::int64_t generation_ = 0;
  std::optional<session_pool::lease> lease_; ///< Given back by `commit`.
  session& on_;
  std::optional<running_units::entry> running_; ///< As long as the session is held.
  handler_model model_;
};

} // namespace waymark::postgres
