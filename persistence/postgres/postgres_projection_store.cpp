#include "persistence/postgres/postgres_projection_store.hpp"

#include "persistence/claim_rule.hpp"
#include "persistence/postgres/session_turn.hpp"
#include "persistence/postgres/stale_owner.hpp"
#include "persistence/sql/checkpoint_rows.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <vector>

namespace waymark::postgres {

namespace {

/// Nothing depends on a trial, and others may wait for what it has locked.
constexpr std::string_view given_up_soon = "SET LOCAL lock_timeout = '1s'; "
                                           "SET LOCAL statement_timeout = '2s'; ";

/// A process that freezes in a claim owns nothing yet, so only the server can end it.
constexpr std::string_view ended_soon = "SET LOCAL idle_in_transaction_session_timeout = '5s'; ";

/// For handlers that may take as long as they like: what a forgotten session has locked gets free.
constexpr std::chrono::milliseconds without_limit = std::chrono::hours{24};

/// The calling thread queries a database. What its queries call may query once more, this one or
/// another, and all who do so would wait for each other's connections.
class reading_scope {
 public:
  reading_scope() noexcept : within_{under_way_ > 0} { ++under_way_; }
  ~reading_scope() { --under_way_; }
  reading_scope(const reading_scope&) = delete;
  reading_scope& operator=(const reading_scope&) = delete;
  [[nodiscard]] bool is_within_another() const noexcept { return within_; }

 private:
  static inline thread_local int under_way_ = 0;
  bool within_;
};

/// Tables of read models may be made in waymark's schema, which may be yet to be made too.
constexpr std::string_view with_its_schema =
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace "
    "  WHERE nspname = '{schema_name}') THEN CREATE SCHEMA {schema}; END IF; "
    "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

} // namespace

void postgres_projection_store::run_and_commit(const work& what) {
  const session_pool::lease lease{in_->others()};
  transaction all{lease.on(), ended_soon};
  what(lease.on());
  all.commit();
}

void postgres_projection_store::run_reading(const work& what) {
  const session_pool::lease lease{in_->others()};
  what(lease.on());
}

void postgres_projection_store::run_renewal(std::string_view, const work& what) {
  const session_pool::lease lease{in_->renewal()};
  what(lease.on());
}

void postgres_projection_store::run_in_vain(const work& what) {
  const session_pool::lease lease{in_->others()};
  const transaction never_committed{lease.on(), given_up_soon};
  (void)lease.on().execute(with_its_schema);
  what(lease.on());
}

std::unique_ptr<sql::unit_turn> postgres_projection_store::take_turn(const shard_key& key) {
  return std::make_unique<session_turn>(in_, key, settings_for(key.projection));
}

// A pooler takes no statements together, and settings of the transaction's own go first.
std::unique_ptr<sql::unit_turn>
postgres_projection_store::take_turn_ahead(const ownership& owner) {
  if (in_->where().pooled || !settings_for(owner.key.projection).empty())
    return nullptr;
  return std::make_unique<session_turn>(in_, owner);
}

void postgres_projection_store::allow_handlers(const std::string& projection,
                                               std::chrono::milliseconds at_most) {
  const auto idle = at_most.count() > 0 ? 2 * std::min(at_most, longest_setting / 2)
                                        : without_limit;
  if (idle <= in_->where().idle_in_transaction)
    return;
  const std::lock_guard lock{mutex_};
  auto& longest = longest_idle_[projection];
  longest = std::max(longest, idle);
}

std::string postgres_projection_store::settings_for(const std::string& projection) {
  const std::lock_guard lock{mutex_};
  const auto found = longest_idle_.find(projection);
  if (found == longest_idle_.end())
    return {};
  return "SET LOCAL idle_in_transaction_session_timeout = " +
         std::to_string(found->second.count()) + "; ";
}

// Without locks, so that who stands by neither waits for the owner's commits nor holds them up.
// What a frozen process has locked is set free here, because the claim would wait for it.
std::vector<std::optional<claim_result>>
postgres_projection_store::refusals_at_first_sight(std::span<const claim_request> requests) {
  const session_pool::lease lease{in_->others()};
  auto& on = lease.on();
  std::vector<std::optional<claim_result>> result;
  for (const auto& request : requests) {
    const auto siblings = sql::checkpoint_rows{on}.of_projection(request.key.projection);
    result.push_back(refusal(request, siblings, in_->now(on)));
    if (!result.back())
      for (const auto& before : siblings)
        if (before.key == request.key)
          set_free(on, before, request);
  }
  return result;
}

void postgres_projection_store::reset(const claim_request& as,
                                      std::span<const std::string> truncate) {
  {
    const session_pool::lease lease{in_->others()};
    for (const auto& before : sql::checkpoint_rows{lease.on()}.of_projection(as.key.projection))
      set_free(lease.on(), before, as);
  }
  sql::projection_store::reset(as, truncate);
}

void postgres_projection_store::set_free(session& on, const checkpoint& row,
                                         const claim_request& by) {
  if (row.owner && *row.owner != by.owner)
    end_sessions_of_owner(on, *row.owner, by.owner_timeout, in_->dated());
}

// Behind a pooler the number that libpq knows is the pooler's.
std::optional<lock_wait> postgres_projection_store::blocked_by(const shard_key& key) {
  std::int32_t backend = 0;
  in_->running().with(key, [&](const session& unit) { backend = PQbackendPID(unit.raw()); });
  if (backend == 0 || in_->where().pooled)
    return std::nullopt;
  const session_pool::lease lease{in_->others()};
  return lease.on().one(
      "SELECT 'pid ' || a.pid, coalesce(a.application_name, ''), "
      "coalesce(a.state, '') || coalesce(' for ' || "
      "floor(extract(epoch FROM clock_timestamp() - a.state_change))::bigint || ' s', '') "
      "FROM unnest(pg_blocking_pids($1)) AS b (pid) JOIN pg_stat_activity a USING (pid) "
      "ORDER BY a.xact_start LIMIT 1",
      [](const sql::row& from) {
        return lock_wait{std::string{from.text(0)}, std::string{from.text(1)},
                         std::string{from.text(2)}};
      },
      backend);
}

// The unit of work can't end while its session is being ended, and a number that the server has
// given to somebody else meanwhile has another start time: so it is no other's session that is.
bool postgres_projection_store::interrupt(const shard_key& key) {
  bool ended = false;
  in_->running().with(key, [&](const session& unit) {
    in_->units().replace(unit);
    if (in_->where().pooled)
      return;
    const auto backend = std::int32_t{PQbackendPID(unit.raw())};
    const session_pool::lease lease{in_->others()};
    ended = lease.on().change("SELECT pg_catalog.pg_terminate_backend(a.pid) "
                              "FROM pg_catalog.pg_stat_activity a JOIN {schema}.sessions s "
                              "USING (pid, backend_start) WHERE a.pid = $1 AND s.process = $2",
                              backend, process_of(this_process_instance())) > 0;
  });
  return ended;
}

void postgres_projection_store::read(const std::function<void(read_model&)>& queries) {
  const reading_scope scope;
  auto own = in_->query_within_query();
  const session_pool::lease lease{scope.is_within_another() ? own : in_->queries()};
  const transaction all{lease.on()};
  (void)lease.on().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  handler_model model{lease.on(), sql::handler_model::access::read};
  queries(model);
}

} // namespace waymark::postgres
