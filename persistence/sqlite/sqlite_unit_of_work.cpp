#include "persistence/sqlite/sqlite_unit_of_work.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/sqlite/attempt_rows.hpp"
#include "persistence/sqlite/checkpoint_rows.hpp"
#include "persistence/sqlite/letter_rows.hpp"
#include "persistence/sqlite/settled_rows.hpp"

namespace waymark::sqlite {

sqlite_unit_of_work::sqlite_unit_of_work(std::shared_ptr<database> in, const ownership& owner)
    : in_{std::move(in)}, owner_{owner}, turn_{std::in_place, *in_, write_gate::who::unit_of_work},
      on_{turn_->on()}, model_{on_, handler_model::access::write} {
  on_.begin_immediate();
  in_->note_unit(&owner_.key);
}

std::unique_ptr<unit_of_work> sqlite_unit_of_work::begin(std::shared_ptr<database> in,
                                                         const ownership& owner) {
  std::unique_ptr<sqlite_unit_of_work> unit{new sqlite_unit_of_work{std::move(in), owner}};
  const auto generation = checkpoint_rows{unit->on_}.generation_at(owner.key, owner.epoch);
  if (!generation)
    return nullptr;
  unit->generation_ = *generation;
  return unit;
}

void sqlite_unit_of_work::end() noexcept {
  if (turn_)
    in_->note_unit(nullptr);
  turn_.reset();
}

void sqlite_unit_of_work::require_open() {
  if (!turn_)
    throw usage_error{"this unit of work has ended; begin another"};
  model_.require_sound();
}

void sqlite_unit_of_work::park(std::string_view sequence_key, position_t position) {
  require_open();
  letter_rows{on_}.park(owner_.key, generation_, sequence_key, position);
}

void sqlite_unit_of_work::unpark(std::string_view sequence_key, position_t position) {
  require_open();
  letter_rows{on_}.unpark(owner_.key, generation_, sequence_key, position);
}

void sqlite_unit_of_work::add_letter(const dead_letter& letter) {
  require_open();
  letter_rows{on_}.add(letter, owner_.key, generation_);
}

bool sqlite_unit_of_work::update_letter(const dead_letter& letter) {
  require_open();
  return letter_rows{on_}.update(letter, owner_.key, generation_);
}

bool sqlite_unit_of_work::settle_letter(std::int64_t id, const settlement& how) {
  require_open();
  return settled_rows{on_}.settle(id, owner_.key, generation_, how);
}

void sqlite_unit_of_work::clear_attempt() {
  require_open();
  attempt_rows{on_}.settle(owner_.key, std::nullopt);
}

// Everything of the batch, the checkpoint included, stands in one transaction. If the process dies
// before COMMIT has reached the disk, all of it is gone and the next owner starts from `from`;
// after that all of it is there and the next owner starts from `to`. There is no third state. What
// a caller must not do is to believe an unknown outcome: it loads the record and compares.
commit_status sqlite_unit_of_work::commit(const checkpoint_advance& advance) {
  require_open();
  fault_point("unit.before_checkpoint");
  if (!checkpoint_rows{on_}.advance(owner_.key, owner_.epoch, advance, in_->now())) {
    end();
    return commit_status::fenced;
  }
  fault_point("unit.before_commit");
  on_.commit();
  end();
  fault_point("unit.after_commit");
  return commit_status::committed;
}

} // namespace waymark::sqlite
