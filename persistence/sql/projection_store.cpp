#include "persistence/sql/projection_store.hpp"

#include "persistence/claim_rule.hpp"
#include "persistence/crash_record.hpp"
#include "persistence/fault_point.hpp"
#include "persistence/sql/attempt_rows.hpp"
#include "persistence/sql/checkpoint_rows.hpp"
#include "persistence/sql/letter_rows.hpp"
#include "persistence/sql/parked_rows.hpp"

#include <algorithm>

namespace waymark::sql {

namespace {

/// Claims, resets and the making of tables go one by one: so a row that does not exist yet can't be
/// claimed twice, and CREATE TABLE IF NOT EXISTS does not race with itself.
void enter_claims(connection& on) {
  if (const auto* sql = on.texts().enter_claims; sql != nullptr)
    on.change(sql);
}

/// Whoever claims keeps all others from claiming, and a session from other work. What a frozen
/// process or a long reset has locked is rather tried again.
void be_impatient(connection& on) {
  if (const auto* sql = on.texts().be_impatient; sql != nullptr)
    on.change(sql);
}

/// What a trial is refused with; empty if it is not.
std::string problem_of(connection& on, const sql_trial& trial) {
  try {
    on.try_out(trial);
  } catch (const projection_error& e) {
    return e.what();
  } catch (const statement_error& e) {
    return e.what();
  }
  return {};
}

commit_status status_of(bool done) noexcept {
  return done ? commit_status::committed : commit_status::fenced;
}

} // namespace

template <class Action>
auto projection_store::writing(Action action) {
  std::optional<std::invoke_result_t<Action, connection&>> result;
  run_and_commit([&](connection& on) { result.emplace(action(on)); });
  return *std::move(result);
}

template <class Action>
auto projection_store::reading(Action action) {
  std::optional<std::invoke_result_t<Action, connection&>> result;
  run_reading([&](connection& on) { result.emplace(action(on)); });
  return *std::move(result);
}

// Such scripts run for no event, not even what their COMMIT finds.
void projection_store::run_scripts_and_commit(const work& what) {
  try {
    run_and_commit(what);
  } catch (const statement_error& e) {
    throw projection_error{e.what()};
  }
}

void projection_store::prepare_tables(std::span<const std::string> statements) {
  if (statements.empty())
    return;
  run_scripts_and_commit([&](connection& on) {
    enter_claims(on);
    be_impatient(on);
    for (const auto& sql : statements)
      on.run_script(sql);
  });
}

std::vector<std::string> projection_store::try_statements(std::span<const sql_trial> trials) {
  std::vector<std::string> problems;
  run_in_vain([&](connection& on) {
    for (const auto& each : trials)
      problems.push_back(problem_of(on, each));
  });
  return problems;
}

// All that is granted is decided and written in one transaction that keeps others from writing the
// row from before it looks, so nobody can commit under an epoch that this claim has read as the
// current one. Of the projection's other rows only what claims and resets change is read, so they
// are not locked, and a commit that hangs there holds up no claim here. If the process dies before
// COMMIT, the former owners go on; after it, they are fenced and these rows' owner is a process
// that is provably dead, which the next claim may replace at once.
std::vector<claim_result> projection_store::claim(std::span<const claim_request> requests) {
  const auto refused = refusals_at_first_sight(requests);
  std::vector<claim_result> results;
  if (std::all_of(refused.begin(), refused.end(), [](const auto& no) { return no.has_value(); })) {
    for (const auto& no : refused)
      results.push_back(*no);
    return results;
  }
  std::vector<ended_attempt> counted;
  run_and_commit([&](connection& on) {
    be_impatient(on);
    enter_claims(on);
    for (std::size_t i = 0; i < requests.size(); ++i)
      results.push_back(refused[i] ? *refused[i] : claim_one(on, requests[i], counted));
    fault_point("claim.before_commit");
  });
  for (const auto& each : counted)
    forget_process_end(each.owner, each.key, each.position);
  return results;
}

claim_result projection_store::claim_one(connection& on, const claim_request& request,
                                         std::vector<ended_attempt>& counted) {
  checkpoint_rows records{on};
  attempt_rows attempts{on};
  records.lock(request.key);
  auto siblings = records.of_projection(request.key.projection);
  for (auto& each : siblings)
    if (each.owner && *each.owner != request.owner)
      each.renewed_at = std::max(each.renewed_at, last_heard_of(*each.owner));
  const auto time = now(on);
  if (auto no = refusal(request, siblings, time))
    return *std::move(no);
  const auto marker = attempts.find(request.key);
  if (marker && marker->owner)
    counted.push_back({*marker->owner, request.key, marker->position});
  auto granted = grant(request, siblings, marker, time);
  records.put(granted.record);
  attempts.settle(request.key, granted.suspect);
  granted.parked_keys = parked_rows{on}.keys(request.key);
  return granted;
}

timestamp projection_store::now(connection& on) const {
  if (const auto fixed = dated())
    return *fixed;
  return on.one(on.texts().now, [](const row& from) { return from.time(0); }).value();
}

commit_status projection_store::begin_attempt(const ownership& owner,
                                              const attempt_marker& subject) {
  const bool done = writing([&](connection& on) {
    return attempt_rows{on}.begin(owner.key, owner.epoch, subject, dated());
  });
  fault_point("attempt.begun");
  return status_of(done);
}

void projection_store::end_attempt(const ownership& owner) {
  run_and_commit([&](connection& on) { attempt_rows{on}.end(owner.key, owner.epoch); });
}

std::optional<attempt_marker> projection_store::find_attempt(const shard_key& key) {
  return reading([&](connection& on) { return attempt_rows{on}.find(key); });
}

void projection_store::release(std::span<const ownership> owned) {
  run_and_commit([&](connection& on) {
    for (const auto& each : owned)
      checkpoint_rows{on}.release(each.key, each.epoch);
    fault_point("release.before_commit");
  });
}

std::optional<std::vector<ownership>> projection_store::renew(std::string_view owner) {
  std::optional<std::vector<ownership>> owned;
  run_renewal(owner, [&](connection& on) {
    checkpoint_rows{on}.renew(owner, dated());
    owned = checkpoint_rows{on}.owned_by(owner);
  });
  return owned;
}

std::optional<checkpoint> projection_store::load(const shard_key& key) {
  return reading([&](connection& on) { return checkpoint_rows{on}.find(key); });
}

std::vector<checkpoint> projection_store::load_all() {
  return reading([](connection& on) { return checkpoint_rows{on}.all(); });
}

std::unique_ptr<waymark::unit_of_work> projection_store::begin(const ownership& owner) {
  fault_point("unit.before_begin");
  auto unit = unit_of_work::begin(take_turn(owner.key), owner);
  if (unit)
    fault_point("unit.begun");
  return unit;
}

std::unique_ptr<waymark::unit_of_work> projection_store::begin_ahead(const ownership& owner) {
  fault_point("unit.before_begin");
  auto turn = take_turn_ahead(owner);
  auto unit = turn ? unit_of_work::begin_ahead(std::move(turn), owner)
                   : unit_of_work::begin(take_turn(owner.key), owner);
  if (unit)
    fault_point("unit.begun");
  return unit;
}

commit_status projection_store::save(const ownership& owner, const checkpoint_advance& advance) {
  const bool done = writing([&](connection& on) {
    const bool advanced = checkpoint_rows{on}.advance(owner.key, owner.epoch, advance, dated());
    fault_point("save.before_commit");
    return advanced;
  });
  fault_point("save.after_commit");
  return status_of(done);
}

commit_status projection_store::store_failure(const ownership& owner,
                                              const std::optional<stored_failure>& why) {
  const bool done = writing([&](connection& on) {
    const bool changed = checkpoint_rows{on}.set_failure(owner.key, owner.epoch, why);
    fault_point("failure.before_commit");
    return changed;
  });
  fault_point("failure.after_commit");
  return status_of(done);
}

// The epochs are raised before anything is emptied, so that wherever this stands a commit of an
// older owner finds no row of its epoch. If the process dies before COMMIT, the read model and its
// checkpoints are as before; after it, the read model is empty and every position is 0.
void projection_store::reset(const claim_request& as, std::span<const std::string> truncate) {
  run_scripts_and_commit([&](connection& on) {
    enter_claims(on);
    checkpoint_rows records{on};
    records.raise_epochs(as.key.projection);
    const auto before = records.of_projection(as.key.projection);
    fault_point("reset.before_truncate");
    for (const auto& sql : truncate)
      on.run_script(sql);
    parked_rows{on}.drop(as.key.projection);
    attempt_rows{on}.drop(as.key.projection);
    records.remove_from_shard(as.key.projection, as.shards);
    for (int shard = 0; shard < as.shards; ++shard)
      records.put(reset_record(as, shard, before));
    fault_point("reset.before_commit");
  });
}

std::vector<dead_letter> projection_store::letters(const letter_query& query) {
  return reading([&](connection& on) { return letter_rows{on}.list(query); });
}

std::optional<dead_letter> projection_store::letter(std::int64_t id) {
  return reading([&](connection& on) { return letter_rows{on}.find(id); });
}

std::optional<dead_letter> projection_store::letter_at(const shard_key& key, position_t position) {
  return reading([&](connection& on) { return letter_rows{on}.at(key, position); });
}

std::vector<settled_letter> projection_store::settled_letters(const letter_query& query) {
  return reading([&](connection& on) { return letter_rows{on}.settled(query); });
}

letter_counts projection_store::counts(const shard_key& key) {
  return reading([&](connection& on) { return letter_rows{on}.counts(key); });
}

std::vector<std::string> projection_store::parked_keys(const shard_key& key) {
  return reading([&](connection& on) { return parked_rows{on}.keys(key); });
}

std::vector<parked_queue> projection_store::parked_queues(const shard_key& key) {
  return reading([&](connection& on) { return parked_rows{on}.queues(key); });
}

std::vector<position_t> projection_store::parked_positions(const shard_key& key,
                                                           std::string_view sequence_key) {
  return reading([&](connection& on) { return parked_rows{on}.positions(key, sequence_key); });
}

void projection_store::save_position(std::string_view name, position_t position) {
  run_one([&](connection& on) { on.change(on.texts().positions.save, name, position, dated()); });
}

std::optional<position_t> projection_store::load_position(std::string_view name) {
  return reading([&](connection& on) {
    return on.one(
        on.texts().positions.load, [](const row& from) { return from.integer(0); }, name);
  });
}

} // namespace waymark::sql
