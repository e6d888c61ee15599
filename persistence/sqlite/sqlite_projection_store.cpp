#include "persistence/sqlite/sqlite_projection_store.hpp"

#include "persistence/sqlite/handler_model.hpp"

namespace waymark::sqlite {

namespace {

/// The writing connection, from the beginning of a unit of work to its end.
class writing_turn final : public sql::unit_turn {
 public:
  writing_turn(std::shared_ptr<database> in, const shard_key& key)
      : in_{std::move(in)}, turn_{*in_, write_gate::who::unit_of_work},
        model_{turn_.on(), sql::handler_model::access::write} {
    turn_.on().begin_immediate();
    in_->note_unit(&key);
  }
  ~writing_turn() override { in_->note_unit(nullptr); }

  [[nodiscard]] sql::connection& on() noexcept override { return turn_.on(); }
  [[nodiscard]] sql::handler_model& model() noexcept override { return model_; }
  [[nodiscard]] std::optional<timestamp> dated() const override { return in_->now(); }

 private:
  std::shared_ptr<database> in_;
  database::write_turn turn_;
  handler_model model_;
};

/// Without its rows. The tables behind a virtual one are made with it, and are not missed.
void copy_schema(connection& from, connection& to) {
  statement definitions{from.raw(), from.file(),
                        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
                        stage::step};
  while (definitions.step())
    (void)sqlite3_exec(to.raw(), definitions.text(0).data(), nullptr, nullptr, nullptr);
}

} // namespace

void sqlite_projection_store::run_and_commit(const work& what) {
  const auto database = handle_->get();
  const database::write_turn turn{*database, write_gate::who::unit_of_work};
  transaction all{turn.on()};
  what(turn.on());
  all.commit();
}

void sqlite_projection_store::run_reading(const work& what) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  what(turn.on());
}

// A transaction that takes long keeps the file from everybody. An owner that can't renew its rows
// meanwhile says elsewhere that it lives, or it would lose them to whoever comes first afterwards.
void sqlite_projection_store::run_renewal(std::string_view owner, const work& what) {
  const auto database = handle_->get();
  const database::early_turn turn{*database};
  if (!turn.begun())
    return database->pulse().beat(owner, dated().value());
  what(turn.on());
  turn.on().commit();
  database->pulse().rest(owner);
}

// On empty copies of the file's tables: a transaction that writes would hold up all others.
void sqlite_projection_store::run_in_vain(const work& what) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  connection copy{":memory:", turn.on().file(), connection::mode::create, {}};
  copy_schema(turn.on(), copy);
  what(copy);
}

std::unique_ptr<sql::unit_turn> sqlite_projection_store::take_turn(const shard_key& key) {
  return std::make_unique<writing_turn>(handle_->get(), key);
}

void sqlite_projection_store::read(const std::function<void(read_model&)>& queries) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  handler_model model{turn.on(), sql::handler_model::access::read};
  queries(model);
}

} // namespace waymark::sqlite
