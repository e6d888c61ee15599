#include "persistence/postgres/session_turn.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/postgres/record_sql.hpp"
#include "persistence/postgres/round_trip.hpp"
#include "persistence/postgres/session_settings.hpp"

namespace waymark::postgres {

namespace {

params arguments_of(const ownership& owner, const checkpoint_advance& advance,
                    std::optional<timestamp> now, const std::string& settings) {
  params with;
  with.add(owner.key.projection).add(std::int32_t{owner.key.shard}).add(owner.epoch);
  with.add(advance.from).add(advance.to).add(advance.event_id_at_position);
  with.add(advance.last_event_id).add(advance.last_event_type).add(advance.last_event_at);
  with.add(now).add(advance.handled).add(settings);
  return with;
}

} // namespace

session_turn::session_turn(std::shared_ptr<database> in, const shard_key& key,
                           const std::string& settings)
    : in_{std::move(in)}, key_{key}, lease_{in_->units()},
      running_{in_->running(), key, lease_.on()},
      model_{lease_.on(), sql::handler_model::access::write} {
  lease_.on().begin_for_handlers(settings);
}

session_turn::session_turn(std::shared_ptr<database> in, const ownership& owner)
    : in_{std::move(in)}, key_{owner.key}, lease_{in_->units()},
      running_{in_->running(), key_, lease_.on()},
      model_{lease_.on(), sql::handler_model::access::write} {
  params with;
  with.add(key_.projection).add(std::int32_t{key_.shard}).add(owner.epoch);
  lease_.on().begin_ahead(record_texts.checkpoints.generation_at, std::move(with));
}

bool session_turn::refused() {
  try {
    lease_.on().begin_now();
  } catch (const store_error&) { // a connection that is lost refuses nobody
  }
  return lease_.on().refused();
}

// The checkpoint and COMMIT go to the server in one message, so it is the server that judges what
// stands between them: the statement of the checkpoint fails if the row has another epoch or
// position, or if a handler has changed the session, and the server then passes over COMMIT.
//
// If the process or its connection dies
//   before the message is sent: the server rolls back, and the next owner starts from `from`;
//   in the midst of it: the server has COMMIT or it has not; without, it rolls back;
//   after it, before the answer: as a rule the server commits, although nobody hears of it. The
//     next owner starts from what the row says, and so does this one (outcome unknown).
// If the server dies, its log decides: COMMIT is in it, with all of the batch, or it is not.
// A claim or a reset by another that has the row makes the statement wait, and then find another
// epoch. Frozen after the message is sent, this process holds nobody up: the transaction ends by
// itself.
commit_status session_turn::commit(const ownership& owner, const checkpoint_advance& advance) {
  model_.require_sound();
  fault_point("unit.before_checkpoint");
  auto& on = lease_.on();
  try {
    advance_and_commit(arguments_of(owner, advance, dated(), on.settings()));
    return commit_status::committed;
  } catch (const refused_checkpoint& found) {
    if (on.refused() || found.settings.empty())
      return commit_status::fenced;
    raise_changed(on, found.settings);
  } catch (const std::exception&) {
    if (on.refused())
      return commit_status::fenced;
    throw;
  }
}

/// Throws what another setting than the transaction began with deserves.
void session_turn::raise_changed(session& on, std::string_view now) {
  const auto change = on.where().without_password(
      std::string{changed_setting(on.settings(), now)});
  if (on.begins_otherwise()) {
    on.retire();
    in_->units().close_idle();
    throw store_error{on.where().shown + ": the server's settings have changed meanwhile (" +
                      change + "); its sessions are opened anew"};
  }
  throw projection_error{on.where().shown +
                         ": a handler has changed its session, which others use too (" + change +
                         "); set it in the function that needs it, by the function's own SET"};
}

/// A pooler takes one statement at a time.
void session_turn::advance_and_commit(const params& with) {
  auto& on = lease_.on();
  if (on.where().pooled) {
    (void)on.run(advance_or_fail, with, stage::commit);
    fault_point("unit.before_commit");
    return on.commit();
  }
  round_trip trip{on, stage::commit};
  trip.add(advance_or_fail, with, stage::commit);
  trip.add("COMMIT", {}, stage::commit);
  fault_point("unit.before_commit");
  trip.send();
  fault_point("unit.commit_sent");
  on.require_committed(trip.answers().back());
}

} // namespace waymark::postgres
