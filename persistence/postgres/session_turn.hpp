#pragma once

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/handler_model.hpp"
#include "persistence/sql/unit_of_work.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace waymark::postgres {

/// A session, from the beginning of a unit of work to its end.
class session_turn final : public sql::unit_turn {
 public:
  /// @param settings for this transaction, as `SET LOCAL …;` statements.
  session_turn(std::shared_ptr<database> in, const shard_key& key, const std::string& settings);

  /// Begins with the first statement, and looks then whether `owner` still holds the epoch.
  session_turn(std::shared_ptr<database> in, const ownership& owner);

  [[nodiscard]] sql::connection& on() noexcept override { return lease_.on(); }
  [[nodiscard]] sql::handler_model& model() noexcept override { return model_; }
  [[nodiscard]] std::optional<timestamp> dated() const override { return in_->dated(); }
  [[nodiscard]] bool refused() override;
  [[nodiscard]] commit_status commit(const ownership& owner,
                                     const checkpoint_advance& advance) override;

 private:
  void advance_and_commit(const params& with);
  [[noreturn]] void raise_changed(session& on, std::string_view now);

  std::shared_ptr<database> in_;
  const shard_key key_;
  session_pool::lease lease_;
  running_units::entry running_; ///< Ends before the session is given back.
  handler_model model_;
};

} // namespace waymark::postgres
