#include "persistence/postgres/postgres_unit_of_work.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/postgres/attempt_rows.hpp"
#include "persistence/postgres/checkpoint_rows.hpp"
#include "persistence/postgres/letter_rows.hpp"
#include "persistence/postgres/settled_rows.hpp"

namespace waymark::postgres {

postgres_unit_of_work::postgres_unit_of_work(std::shared_ptr<database> in, const ownership& owner)
    : in_{std::move(in)}, owner_{owner}, lease_{std::in_place, in_->units()}, on_{lease_->on()},
      running_{std::in_place, in_->running(), owner.key, on_},
      model_{on_, handler_model::access::write} {
  on_.begin();
}

std::unique_ptr<unit_of_work> postgres_unit_of_work::begin(std::shared_ptr<database> in,
                                                           const ownership& owner) {
  fault_point("unit.before_begin");
  std::unique_ptr<postgres_unit_of_work> unit{new postgres_unit_of_work{std::move(in), owner}};
  const auto generation = checkpoint_rows{unit->on_}.generation_at(owner.key, owner.epoch);
  if (!generation)
    return nullptr;
  unit->generation_ = *generation;
  fault_point("unit.begun");
  return unit;
}

void postgres_unit_of_work::end() {
  running_.reset();
  lease_.reset();
}

void postgres_unit_of_work::require_open() {
  if (!lease_)
    throw usage_error{"this unit of work has ended; begin another"};
  model_.require_sound();
}

void postgres_unit_of_work::park(std::string_view sequence_key, position_t position) {
  require_open();
  letter_rows{on_}.park(owner_.key, generation_, sequence_key, position);
}

void postgres_unit_of_work::unpark(std::string_view sequence_key, position_t position) {
  require_open();
  letter_rows{on_}.unpark(owner_.key, generation_, sequence_key, position);
}

void postgres_unit_of_work::add_letter(const dead_letter& letter) {
  require_open();
  letter_rows{on_}.add(letter, owner_.key, generation_);
}

bool postgres_unit_of_work::update_letter(const dead_letter& letter) {
  require_open();
  return letter_rows{on_}.update(letter, owner_.key, generation_);
}

bool postgres_unit_of_work::settle_letter(std::int64_t id, const settlement& how) {
  require_open();
  return settled_rows{on_}.settle(id, owner_.key, generation_, how);
}

void postgres_unit_of_work::clear_attempt() {
  require_open();
  attempt_rows{on_}.settle(owner_.key, std::nullopt);
}

// Everything of the batch, the checkpoint included, stands in one transaction. The update waits for
// a claim or a reset that has the row, and then finds another epoch: 0 rows, and all of it goes
// back. If the process or the server dies before COMMIT is on disk, the next owner starts from
// `from`; after that from `to`. What a caller must not do is to believe an unknown outcome: it
// loads the record and compares.
commit_status postgres_unit_of_work::commit(const checkpoint_advance& advance) {
  require_open();
  fault_point("unit.before_checkpoint");
  if (!checkpoint_rows{on_}.advance(owner_.key, owner_.epoch, advance, in_->dated())) {
    end();
    return commit_status::fenced;
  }
  fault_point("unit.before_commit");
  on_.commit();
  end();
  fault_point("unit.after_commit");
  return commit_status::committed;
}

} // namespace waymark::postgres
