#pragma once

#include "persistence/sqlite/database.hpp"
#include "persistence/sqlite/handler_model.hpp"

#include <waymark/persistence/projection_store.hpp>

namespace waymark::sqlite {

/// A unit of work that holds the writing connection from its beginning to its end.
class sqlite_unit_of_work final : public unit_of_work {
 public:
  /// Null if `owner` does not hold the epoch any more.
  [[nodiscard]] static std::unique_ptr<unit_of_work> begin(std::shared_ptr<database> in,
                                                           const ownership& owner);
  ~sqlite_unit_of_work() override { end(); }

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
  sqlite_unit_of_work(std::shared_ptr<database> in, const ownership& owner);
  /// @throws usage_error after the end; what the first failed statement threw; statement_error.
  void require_open();
  void end() noexcept;

  std::shared_ptr<database> in_;
  ownership owner_;
  std::int64_t generation_ = 0;
  std::optional<database::write_turn> turn_; ///< Given back by `commit`.
  connection& on_;
  handler_model model_;
};

} // namespace waymark::sqlite
