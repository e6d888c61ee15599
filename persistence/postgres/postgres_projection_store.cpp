#include "persistence/postgres/postgres_projection_store.hpp"

#include "persistence/claim_rule.hpp"
#include "persistence/fault_point.hpp"
#include "persistence/postgres/attempt_rows.hpp"
#include "persistence/postgres/checkpoint_rows.hpp"
#include "persistence/postgres/handler_model.hpp"
#include "persistence/postgres/handler_statements.hpp"
#include "persistence/postgres/letter_rows.hpp"
#include "persistence/postgres/settled_rows.hpp"
#include "persistence/postgres/postgres_unit_of_work.hpp"
#include "persistence/postgres/stale_owner.hpp"

#include <algorithm>

namespace waymark::postgres {

namespace {

/// A process that freezes in a claim owns nothing yet, so only the server can end it.
constexpr std::string_view ended_soon = "SET LOCAL idle_in_transaction_session_timeout = '5s'; ";

/// Claims, resets and the making of tables go one by one: so a row that does not exist yet can't be
/// claimed twice, and CREATE TABLE IF NOT EXISTS does not race with itself.
void enter_claims(session& on) {
  (void)on.execute(
      "SELECT pg_advisory_xact_lock(hashtextextended('waymark claim {schema_name}', 0))");
}

} // namespace

/// Runs `action(session)` in a transaction of its own; commits unless it throws.
template <class Action>
auto postgres_projection_store::writing(Action action) {
  const session_pool::lease lease{in_->others()};
  transaction all{lease.on(), ended_soon};
  if constexpr (std::is_void_v<decltype(action(lease.on()))>) {
    action(lease.on());
    all.commit();
  } else {
    auto result = action(lease.on());
    all.commit();
    return result;
  }
}

/// Runs `action(session)` with each of its statements in a transaction of its own.
template <class Action>
auto postgres_projection_store::reading(Action action) {
  const session_pool::lease lease{in_->others()};
  return action(lease.on());
}

void postgres_projection_store::prepare_tables(std::span<const std::string> statements) {
  if (statements.empty())
    return;
  writing([&](session& on) {
    enter_claims(on);
    for (const auto& sql : statements)
      try {
        on.handlers().run_script(sql);
      } catch (const statement_error& e) {
        throw projection_error{e.what()};
      }
  });
}

// After an error the server takes nothing but a rollback, so each trial has a savepoint to go back
// to. What a trial has made stays for the next ones, until the end of the transaction.
std::vector<std::string>
postgres_projection_store::try_statements(std::span<const sql_trial> trials) {
  const session_pool::lease lease{in_->others()};
  auto& on = lease.on();
  const transaction never_committed{on};
  std::vector<std::string> problems;
  for (const auto& each : trials) {
    std::string problem;
    (void)on.execute("SAVEPOINT trial");
    try {
      on.handlers().try_out(each);
    } catch (const projection_error& e) {
      problem = e.what();
    } catch (const statement_error& e) {
      problem = e.what();
    }
    (void)on.execute(problem.empty() ? "RELEASE SAVEPOINT trial"
                                     : "ROLLBACK TO SAVEPOINT trial; RELEASE SAVEPOINT trial");
    problems.push_back(std::move(problem));
  }
  return problems;
}

// All that is granted is decided and written in one transaction that has the rows locked from
// before it looks, so nobody can commit under an epoch that this claim has read as the current one.
// If the process dies before COMMIT, the former owners go on; after it, they are fenced and these
// rows' owner is a process that is provably dead, which the next claim may replace at once.
std::vector<claim_result>
postgres_projection_store::claim(std::span<const claim_request> requests) {
  const auto refused = refusals_at_first_sight(requests);
  if (std::all_of(refused.begin(), refused.end(),
                  [](const auto& each) { return each.has_value(); })) {
    std::vector<claim_result> results;
    for (const auto& each : refused)
      results.push_back(*each);
    return results;
  }
  return writing([&](session& on) {
    enter_claims(on);
    std::vector<claim_result> results;
    for (std::size_t i = 0; i < requests.size(); ++i)
      results.push_back(refused[i] ? *refused[i] : claim_one(on, requests[i]));
    fault_point("claim.before_commit");
    return results;
  });
}

claim_result postgres_projection_store::claim_one(session& on, const claim_request& request) {
  checkpoint_rows records{on};
  const auto siblings = records.lock_projection(request.key.projection);
  const auto time = in_->now(on);
  if (auto no = refusal(request, siblings, time))
    return *std::move(no);
  attempt_rows attempts{on};
  auto granted = grant(request, siblings, attempts.find(request.key), time);
  records.put(granted.record);
  attempts.settle(request.key, granted.suspect);
  granted.parked_keys = letter_rows{on}.parked_keys(request.key);
  return granted;
}

// Without locks, so that who stands by neither waits for the owner's commits nor holds them up.
// What a frozen process has locked is set free here, because the claim would wait for it.
std::vector<std::optional<claim_result>>
postgres_projection_store::refusals_at_first_sight(std::span<const claim_request> requests) {
  return reading([&](session& on) {
    std::vector<std::optional<claim_result>> result;
    for (const auto& request : requests) {
      const auto siblings = checkpoint_rows{on}.of_projection(request.key.projection);
      result.push_back(refusal(request, siblings, in_->now(on)));
      if (result.back() || request.take_over)
        continue;
      for (const auto& before : siblings)
        if (before.key == request.key && before.owner && *before.owner != request.owner)
          end_sessions_of_owner(on, *before.owner, request.owner_timeout);
    }
    return result;
  });
}

commit_status postgres_projection_store::begin_attempt(const ownership& owner,
                                                     const attempt_marker& subject) {
  const bool done = writing([&](session& on) {
    return attempt_rows{on}.begin(owner.key, owner.epoch, subject, in_->dated());
  });
  fault_point("attempt.begun");
  return done ? commit_status::committed : commit_status::fenced;
}

void postgres_projection_store::end_attempt(const ownership& owner) {
  writing([&](session& on) { attempt_rows{on}.end(owner.key, owner.epoch); });
}

std::optional<attempt_marker> postgres_projection_store::find_attempt(const shard_key& key) {
  return reading([&](session& on) { return attempt_rows{on}.find(key); });
}

void postgres_projection_store::release(std::span<const ownership> owned) {
  writing([&](session& on) {
    for (const auto& each : owned)
      checkpoint_rows{on}.release(each.key, each.epoch);
  });
}

void postgres_projection_store::renew(std::string_view owner) {
  reading([&](session& on) { checkpoint_rows{on}.renew(owner, in_->dated()); });
}

std::optional<checkpoint> postgres_projection_store::load(const shard_key& key) {
  return reading([&](session& on) { return checkpoint_rows{on}.find(key); });
}

std::vector<checkpoint> postgres_projection_store::load_all() {
  return reading([&](session& on) { return checkpoint_rows{on}.all(); });
}

std::unique_ptr<unit_of_work> postgres_projection_store::begin(const ownership& owner) {
  return postgres_unit_of_work::begin(in_, owner);
}

commit_status postgres_projection_store::save(const ownership& owner,
                                              const checkpoint_advance& advance) {
  const bool done = writing([&](session& on) {
    return checkpoint_rows{on}.advance(owner.key, owner.epoch, advance, in_->dated());
  });
  return done ? commit_status::committed : commit_status::fenced;
}

commit_status postgres_projection_store::store_failure(const ownership& owner,
                                                       const std::optional<stored_failure>& why) {
  const bool done = writing(
      [&](session& on) { return checkpoint_rows{on}.set_failure(owner.key, owner.epoch, why); });
  return done ? commit_status::committed : commit_status::fenced;
}

// The epochs are raised before anything is emptied, so that wherever this stands a commit of an
// older owner finds no row of its epoch. If the process dies before COMMIT, the read model and its
// checkpoints are as before; after it, the read model is empty and every position is 0.
void postgres_projection_store::reset(const claim_request& as,
                                      std::span<const std::string> truncate) {
  writing([&](session& on) {
    enter_claims(on);
    checkpoint_rows records{on};
    records.raise_epochs(as.key.projection);
    const auto before = records.of_projection(as.key.projection);
    fault_point("reset.before_truncate");
    for (const auto& sql : truncate)
      on.handlers().run_script(sql);
    letter_rows{on}.drop_parked(as.key.projection);
    attempt_rows{on}.drop(as.key.projection);
    records.remove_from_shard(as.key.projection, as.shards);
    for (int shard = 0; shard < as.shards; ++shard)
      records.put(reset_record(as, shard, before));
    fault_point("reset.before_commit");
  });
}

std::vector<dead_letter> postgres_projection_store::letters(const letter_query& query) {
  return reading([&](session& on) { return letter_rows{on}.list(query); });
}

std::optional<dead_letter> postgres_projection_store::letter(std::int64_t id) {
  return reading([&](session& on) { return letter_rows{on}.find(id); });
}

std::optional<dead_letter> postgres_projection_store::letter_at(const shard_key& key,
                                                            position_t position) {
  return reading([&](session& on) { return letter_rows{on}.at(key, position); });
}

std::vector<settled_letter> postgres_projection_store::settled_letters(const letter_query& query) {
  return reading([&](session& on) { return settled_rows{on}.list(query); });
}

letter_counts postgres_projection_store::counts(const shard_key& key) {
  return reading([&](session& on) { return letter_rows{on}.counts(key); });
}

std::vector<std::string> postgres_projection_store::parked_keys(const shard_key& key) {
  return reading([&](session& on) { return letter_rows{on}.parked_keys(key); });
}

std::vector<parked_queue> postgres_projection_store::parked_queues(const shard_key& key) {
  return reading([&](session& on) { return letter_rows{on}.parked_queues(key); });
}

std::vector<position_t> postgres_projection_store::parked_positions(const shard_key& key,
                                                                    std::string_view sequence_key) {
  return reading([&](session& on) { return letter_rows{on}.parked_positions(key, sequence_key); });
}

void postgres_projection_store::save_position(std::string_view name, position_t position) {
  reading([&](session& on) {
    (void)on.run("INSERT INTO {schema}.positions (name, position, saved_at) "
                 "VALUES ($1, $2, coalesce($3, clock_timestamp())) "
                 "ON CONFLICT (name) DO UPDATE SET position = excluded.position, "
                 "saved_at = excluded.saved_at",
                 params{}.add(name).add(std::int64_t{position}).add(in_->dated()));
  });
}

std::optional<position_t> postgres_projection_store::load_position(std::string_view name) {
  return reading([&](session& on) -> std::optional<position_t> {
    const auto found =
        on.run("SELECT position FROM {schema}.positions WHERE name = $1", params{}.add(name));
    if (found.empty())
      return std::nullopt;
    return found.integer(0, 0);
  });
}

// Behind a pooler the number that libpq knows is the pooler's.
std::optional<lock_wait> postgres_projection_store::blocked_by(const shard_key& key) {
  std::int32_t backend = 0;
  in_->running().with(key, [&](const session& unit) { backend = PQbackendPID(unit.raw()); });
  if (backend == 0 || in_->where().pooled)
    return std::nullopt;
  return reading([&](session& on) -> std::optional<lock_wait> {
    const auto found = on.run(
        "SELECT 'pid ' || a.pid, coalesce(a.application_name, ''), "
        "coalesce(a.state, '') || coalesce(' for ' || "
        "floor(extract(epoch FROM clock_timestamp() - a.state_change))::bigint || ' s', '') "
        "FROM unnest(pg_blocking_pids($1)) AS b (pid) JOIN pg_stat_activity a USING (pid) "
        "ORDER BY a.xact_start LIMIT 1",
        params{}.add(backend));
    if (found.empty())
      return std::nullopt;
    return lock_wait{std::string{found.text(0, 0)}, std::string{found.text(0, 1)},
                     std::string{found.text(0, 2)}};
  });
}

// The unit of work can't end while its session is being ended, so it is no other's session that is.
bool postgres_projection_store::interrupt(const shard_key& key) {
  const bool found = in_->running().with(key, [&](const session& unit) {
    in_->units().replace(unit);
    if (in_->where().pooled)
      return;
    const auto backend = std::int32_t{PQbackendPID(unit.raw())};
    reading([&](session& on) {
      (void)on.run("SELECT pg_terminate_backend($1)", params{}.add(backend));
    });
  });
  return found && !in_->where().pooled;
}

void postgres_projection_store::read(const std::function<void(read_model&)>& queries) {
  const session_pool::lease lease{in_->others()};
  const transaction all{lease.on()};
  (void)lease.on().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  handler_model model{lease.on(), handler_model::access::read};
  queries(model);
}

} // namespace waymark::postgres
