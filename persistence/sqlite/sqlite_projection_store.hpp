#pragma once

#include "persistence/sql/projection_store.hpp"
#include "persistence/sqlite/database.hpp"

namespace waymark::sqlite {

/// Checkpoints, letters and read models in a SQLite database.
class sqlite_projection_store final : public sql::projection_store {
 public:
  explicit sqlite_projection_store(std::shared_ptr<database_handle> in) : handle_{std::move(in)} {}

  [[nodiscard]] const std::string& address() const noexcept override { return handle_->address(); }
  [[nodiscard]] int max_sessions() const noexcept override { return 1; }
  bool interrupt(const shard_key& key) override { return handle_->get()->interrupt_unit(key); }
  void read(const std::function<void(read_model&)>& queries) override;

 private:
  void run_and_commit(const work& what) override;
  void run_one(const work& what) override { run_and_commit(what); }
  void run_reading(const work& what) override;
  void run_renewal(std::string_view owner, const work& what) override;
  [[nodiscard]] std::optional<timestamp> last_heard_of(std::string_view owner) override {
    return handle_->get()->pulse().last(owner);
  }
  void run_in_vain(const work& what) override;
  [[nodiscard]] std::unique_ptr<sql::unit_turn> take_turn(const shard_key& key) override;
  [[nodiscard]] std::optional<timestamp> dated() const override {
    return handle_->options().clock->now();
  }

  std::shared_ptr<database_handle> handle_;
};

} // namespace waymark::sqlite
