#include "persistence/sqlite/sqlite_projection_store.hpp"

#include "persistence/claim_rule.hpp"
#include "persistence/fault_point.hpp"
#include "persistence/sqlite/attempt_rows.hpp"
#include "persistence/sqlite/checkpoint_rows.hpp"
#include "persistence/sqlite/letter_rows.hpp"
#include "persistence/sqlite/settled_rows.hpp"
#include "persistence/sqlite/sqlite_unit_of_work.hpp"

namespace waymark::sqlite {

namespace {

/// What an action is refused with; empty if it is not.
template <class Action>
std::string problem_of(Action action) {
  try {
    action();
  } catch (const projection_error& e) {
    return e.what();
  } catch (const statement_error& e) {
    return e.what();
  }
  return {};
}

} // namespace

/// Runs `action(connection)` in a transaction of its own; commits unless it throws.
template <class Action>
auto sqlite_projection_store::writing(Action action) {
  const auto database = handle_->get();
  const database::write_turn turn{*database, write_gate::who::unit_of_work};
  transaction all{turn.on()};
  if constexpr (std::is_void_v<decltype(action(turn.on()))>) {
    action(turn.on());
    all.commit();
  } else {
    auto result = action(turn.on());
    all.commit();
    return result;
  }
}

template <class Action>
auto sqlite_projection_store::reading(Action action) {
  const auto database = handle_->get();
  const database::read_turn turn{*database};
  return action(turn.on());
}

void sqlite_projection_store::prepare_tables(std::span<const std::string> statements) {
  if (statements.empty())
    return;
  writing([&](connection& on) {
    for (const auto& sql : statements)
      try {
        on.handlers().run_script(sql);
      } catch (const statement_error& e) {
        throw projection_error{e.what()};
      }
  });
}

std::vector<std::string>
sqlite_projection_store::try_statements(std::span<const sql_trial> trials) {
  const auto database = handle_->get();
  const database::write_turn turn{*database, write_gate::who::unit_of_work};
  const transaction never_committed{turn.on()};
  std::vector<std::string> problems;
  for (const auto& each : trials)
    problems.push_back(problem_of([&] { turn.on().handlers().try_out(each); }));
  return problems;
}

// All requests are decided and written in one transaction that holds the write lock from its start,
// so nobody can commit under an epoch that this claim has read as the current one. If the process
// dies before COMMIT, the former owners go on; after it, they are fenced and these rows' owner is a
// process that is provably dead, which the next claim may replace at once.
std::vector<claim_result> sqlite_projection_store::claim(std::span<const claim_request> requests) {
  const auto time = now();
  return writing([&](connection& on) {
    checkpoint_rows rows{on};
    std::vector<claim_result> results;
    for (const auto& request : requests) {
      const auto siblings = rows.of_projection(request.key.projection);
      if (auto no = refusal(request, siblings, time)) {
        results.push_back(*std::move(no));
        continue;
      }
      attempt_rows attempts{on};
      auto granted = grant(request, siblings, attempts.find(request.key), time);
      rows.put(granted.record);
      attempts.settle(request.key, granted.suspect);
      granted.parked_keys = letter_rows{on}.parked_keys(request.key);
      results.push_back(std::move(granted));
    }
    fault_point("claim.before_commit");
    return results;
  });
}

commit_status sqlite_projection_store::begin_attempt(const ownership& owner,
                                                     const attempt_marker& subject) {
  const bool done = writing([&](connection& on) {
    return attempt_rows{on}.begin(owner.key, owner.epoch, subject, now());
  });
  fault_point("attempt.begun");
  return done ? commit_status::committed : commit_status::fenced;
}

void sqlite_projection_store::end_attempt(const ownership& owner) {
  writing([&](connection& on) { attempt_rows{on}.end(owner.key, owner.epoch); });
}

std::optional<attempt_marker> sqlite_projection_store::find_attempt(const shard_key& key) {
  return reading([&](connection& on) { return attempt_rows{on}.find(key); });
}

void sqlite_projection_store::release(std::span<const ownership> owned) {
  writing([&](connection& on) {
    for (const auto& each : owned)
      checkpoint_rows{on}.release(each.key, each.epoch);
  });
}

void sqlite_projection_store::renew(std::string_view owner) {
  writing([&](connection& on) { checkpoint_rows{on}.renew(owner, now()); });
}

std::optional<checkpoint> sqlite_projection_store::load(const shard_key& key) {
  return reading([&](connection& on) { return checkpoint_rows{on}.find(key); });
}

std::vector<checkpoint> sqlite_projection_store::load_all() {
  return reading([&](connection& on) { return checkpoint_rows{on}.all(); });
}

std::unique_ptr<unit_of_work> sqlite_projection_store::begin(const ownership& owner) {
  return sqlite_unit_of_work::begin(handle_->get(), owner);
}

commit_status sqlite_projection_store::save(const ownership& owner,
                                            const checkpoint_advance& advance) {
  const bool done = writing([&](connection& on) {
    return checkpoint_rows{on}.advance(owner.key, owner.epoch, advance, now());
  });
  return done ? commit_status::committed : commit_status::fenced;
}

commit_status sqlite_projection_store::store_failure(const ownership& owner,
                                                     const std::optional<stored_failure>& why) {
  const bool done = writing(
      [&](connection& on) { return checkpoint_rows{on}.set_failure(owner.key, owner.epoch, why); });
  return done ? commit_status::committed : commit_status::fenced;
}

// The epochs are raised before anything is emptied, so that wherever this stands a commit of an
// older owner finds no row of its epoch. If the process dies before COMMIT, the read model and its
// checkpoints are as before; after it, the read model is empty and every position is 0.
void sqlite_projection_store::reset(const claim_request& as,
                                    std::span<const std::string> truncate) {
  writing([&](connection& on) {
    checkpoint_rows rows{on};
    rows.raise_epochs(as.key.projection);
    const auto before = rows.of_projection(as.key.projection);
    fault_point("reset.before_truncate");
    for (const auto& sql : truncate)
      on.handlers().run_script(sql);
    letter_rows{on}.drop_parked(as.key.projection);
    attempt_rows{on}.drop(as.key.projection);
    rows.remove_from_shard(as.key.projection, as.shards);
    for (int shard = 0; shard < as.shards; ++shard)
      rows.put(reset_record(as, shard, before));
    fault_point("reset.before_commit");
  });
}

std::vector<dead_letter> sqlite_projection_store::letters(const letter_query& query) {
  return reading([&](connection& on) { return letter_rows{on}.list(query); });
}

std::optional<dead_letter> sqlite_projection_store::letter(std::int64_t id) {
  return reading([&](connection& on) { return letter_rows{on}.find(id); });
}

std::optional<dead_letter> sqlite_projection_store::letter_at(const shard_key& key,
                                                            position_t position) {
  return reading([&](connection& on) { return letter_rows{on}.at(key, position); });
}

std::vector<settled_letter> sqlite_projection_store::settled_letters(const letter_query& query) {
  return reading([&](connection& on) { return settled_rows{on}.list(query); });
}

letter_counts sqlite_projection_store::counts(const shard_key& key) {
  return reading([&](connection& on) { return letter_rows{on}.counts(key); });
}

std::vector<std::string> sqlite_projection_store::parked_keys(const shard_key& key) {
  return reading([&](connection& on) { return letter_rows{on}.parked_keys(key); });
}

std::vector<parked_queue> sqlite_projection_store::parked_queues(const shard_key& key) {
  return reading([&](connection& on) { return letter_rows{on}.parked_queues(key); });
}

std::vector<position_t> sqlite_projection_store::parked_positions(const shard_key& key,
                                                                  std::string_view sequence_key) {
  return reading(
      [&](connection& on) { return letter_rows{on}.parked_positions(key, sequence_key); });
}

void sqlite_projection_store::save_position(std::string_view name, position_t position) {
  writing([&](connection& on) {
    on.prepared("INSERT INTO waymark_positions (name, position, saved_at) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (name) DO UPDATE SET position = excluded.position, "
                "saved_at = excluded.saved_at")
        .bind(1, name)
        .bind(2, std::int64_t{position})
        .bind(3, now())
        .run();
  });
}

std::optional<position_t> sqlite_projection_store::load_position(std::string_view name) {
  return reading([&](connection& on) -> std::optional<position_t> {
    auto& row = on.prepared("SELECT position FROM waymark_positions WHERE name = ?1");
    const running scope{row};
    row.bind(1, name);
    if (!row.step())
      return std::nullopt;
    return row.integer(0);
  });
}

void sqlite_projection_store::read(const std::function<void(read_model&)>& queries) {
  reading([&](connection& on) {
    handler_model model{on, handler_model::access::read};
    queries(model);
  });
}

} // namespace waymark::sqlite
