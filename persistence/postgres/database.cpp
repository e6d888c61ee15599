#include "persistence/postgres/database.hpp"

#include "persistence/postgres/schema_upgrade.hpp"
#include "persistence/postgres/stale_owner.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <array>

namespace waymark::postgres {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds clock_is_good_for{2};

std::string setting(session& on, const char* name) {
  return std::string{on.execute(std::string{"SHOW "} + name).text(0, 0)};
}

void require_isolation(session& on) {
  if (const auto level = setting(on, "default_transaction_isolation"); level != "read committed")
    throw incompatible_store{on.where().shown + ": transactions start as " + level +
                             " here, and waymark needs READ COMMITTED; see "
                             "default_transaction_isolation of the role and the database"};
}

void require_no_prepared_transactions(session& on) {
  if (on.where().prepared_transactions || setting(on, "max_prepared_transactions") == "0")
    return;
  throw incompatible_store{
      on.where().shown + ": the server allows prepared transactions; one that has appended and is "
                         "forgotten would hold up every append. Set max_prepared_transactions = 0, "
                         "or add prepared_transactions=allow to the address"};
}

/// Whether the transaction gets the lock. @throws incompatible_store if the server has none;
/// store_error for what may be better the next time.
bool takes_lock(session& on, std::int64_t key) {
  try {
    return on.run("SELECT pg_catalog.pg_try_advisory_xact_lock($1)::int", params{}.add(key))
               .integer(0, 0) == 1;
  } catch (const store_error& e) {
    constexpr std::array<std::string_view, 7> passing{"08", "25", "40", "53", "55", "57", "58"};
    const auto found = std::string_view{on.last_sqlstate()}.substr(0, 2);
    if (!on.connected() || std::find(passing.begin(), passing.end(), found) != passing.end())
      throw;
    throw incompatible_store{std::string{e.what()} +
                             ": there are no advisory locks here, and without them concurrent "
                             "appends would be lost; this database can't be used (see "
                             "docs/postgresql.md)"};
  }
}

/// Some PostgreSQL-compatible databases take the lock and do nothing, which would lose events.
void require_locks_that_exclude(session& one, session& other) {
  const auto id = uuid::v7();
  std::int64_t key = 0;
  for (const auto byte : id.bytes)
    key = static_cast<std::int64_t>(static_cast<std::uint64_t>(key) * 31 + byte);
  const transaction first{one};
  const transaction second{other};
  if (takes_lock(one, key) && !takes_lock(other, key))
    return;
  throw incompatible_store{one.where().shown +
                           ": advisory locks do not exclude here, so concurrent appends would be "
                           "lost; this database can't be used (see docs/postgresql.md)"};
}

/// A renewal that can't have its lock now comes again soon, and must not hold up an engine's end.
void be_impatient(session& on) {
  if (!on.where().pooled)
    (void)on.execute("SET lock_timeout = '2s'");
}

} // namespace

database::database(const address& where, const database_options& options)
    : where_{where}, options_{options}, purpose_{session_name(this_process_instance())},
      appender_{where_, purpose_ + " append", 1}, readers_{where_, purpose_ + " read", 4},
      units_{where_, purpose_ + " unit", where_.max_sessions, sign_in},
      others_{where_, purpose_ + " other", 4, options.use_records ? sign_in : nullptr},
      queries_{where_, purpose_ + " query", 4, options.use_records ? sign_in : nullptr},
      renewal_{where_, purpose_ + " renew", 1, be_impatient} {
  check();
}

void database::check() {
  const session_pool::lease reader{readers_};
  const session_pool::lease appender{appender_};
  require_isolation(reader.on());
  require_no_prepared_transactions(reader.on());
  require_locks_that_exclude(reader.on(), appender.on());
  if (!options_.use_records)
    return;
  const bool standby = setting(reader.on(), "transaction_read_only") == "on";
  upgrade_schema(reader.on(), standby || where_.verify || !options_.create);
}

session_pool database::query_within_query() const {
  return {where_, purpose_ + " query", 1, options_.use_records ? sign_in : nullptr};
}

log_listener& database::listener() {
  const std::lock_guard lock{listener_mutex_};
  if (!listener_)
    listener_ = std::make_unique<log_listener>(where_, purpose_ + " listen", growth_);
  return *listener_;
}

std::optional<timestamp> database::dated() const {
  if (options_.clock == &clock::system())
    return std::nullopt;
  return options_.clock->now();
}

timestamp database::now(session& on) const {
  if (const auto fixed = dated())
    return *fixed;
  return on.run("SELECT clock_timestamp()").time(0, 0);
}

// Asked often, so the server's answer is carried on for a while by this machine's steady clock.
timestamp database::now() {
  if (const auto fixed = dated())
    return *fixed;
  const std::lock_guard lock{clock_mutex_};
  if (asked_at_ == steady_clock::time_point{} ||
      steady_clock::now() - asked_at_ > clock_is_good_for) {
    const session_pool::lease lease{others_};
    server_time_ = now(lease.on());
    asked_at_ = steady_clock::now();
  }
  return server_time_ +
         std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - asked_at_);
}

} // namespace waymark::postgres
