#include "persistence/sql/unit_of_work.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/sql/attempt_rows.hpp"
#include "persistence/sql/checkpoint_rows.hpp"
#include "persistence/sql/letter_rows.hpp"
#include "persistence/sql/parked_rows.hpp"

namespace waymark::sql {

std::unique_ptr<unit_of_work> unit_of_work::begin(std::unique_ptr<unit_turn> turn,
                                                  const ownership& owner) {
  const auto generation = checkpoint_rows{turn->on()}.generation_at(owner.key, owner.epoch);
  if (!generation)
    return nullptr;
  return std::unique_ptr<unit_of_work>{new unit_of_work{std::move(turn), owner, generation}};
}

std::unique_ptr<unit_of_work> unit_of_work::begin_ahead(std::unique_ptr<unit_turn> turn,
                                                        const ownership& owner) {
  return std::unique_ptr<unit_of_work>{new unit_of_work{std::move(turn), owner, std::nullopt}};
}

unit_turn& unit_of_work::turn() {
  if (!turn_)
    throw usage_error{"this unit of work has ended; begin another"};
  return *turn_;
}

connection& unit_of_work::sound() {
  turn().model().require_sound();
  return turn_->on();
}

std::int64_t unit_of_work::generation() {
  if (!generation_)
    generation_ = checkpoint_rows{sound()}.generation_at(owner_.key, owner_.epoch);
  if (!generation_)
    throw store_error{"another owner has " + to_string(owner_.key) + " by now"};
  return *generation_;
}

bool unit_of_work::fenced() { return turn_ && turn_->refused(); }

read_model& unit_of_work::model() {
  return turn().model();
}

void unit_of_work::park(std::string_view sequence_key, position_t position) {
  parked_rows{sound()}.park(owner_.key, generation(), sequence_key, position);
}

void unit_of_work::unpark(std::string_view sequence_key, position_t position) {
  parked_rows{sound()}.unpark(owner_.key, generation(), sequence_key, position);
}

void unit_of_work::add_letter(const dead_letter& letter) {
  letter_rows{sound()}.add(letter, owner_.key, generation());
}

bool unit_of_work::update_letter(const dead_letter& letter) {
  return letter_rows{sound()}.update(letter, owner_.key, generation());
}

bool unit_of_work::settle_letter(std::int64_t id, const settlement& how) {
  return letter_rows{sound()}.settle(id, owner_.key, generation(), how);
}

void unit_of_work::clear_attempt() {
  attempt_rows{sound()}.settle(owner_.key, std::nullopt);
}

commit_status unit_of_work::commit(const checkpoint_advance& advance) {
  const auto done = turn().commit(owner_, advance);
  turn_.reset();
  if (done == commit_status::committed)
    fault_point("unit.after_commit");
  return done;
}

// Everything of the batch, the checkpoint included, stands in one transaction. If the process or
// the database's server dies before COMMIT is on disk, all of it is gone and the next owner starts
// from `from`; after that all of it is there and the next owner starts from `to`. There is no third
// state. Where owners can write at the same time, the update waits for a claim or a reset that has
// the row, and then finds another epoch: 0 rows, and all of it goes back. What a caller must not do
// is to believe an unknown outcome: it loads the record and compares.
commit_status unit_turn::commit(const ownership& owner, const checkpoint_advance& advance) {
  model().require_sound();
  fault_point("unit.before_checkpoint");
  if (!checkpoint_rows{on()}.advance(owner.key, owner.epoch, advance, dated()))
    return commit_status::fenced;
  fault_point("unit.before_commit");
  on().commit();
  return commit_status::committed;
}

} // namespace waymark::sql
