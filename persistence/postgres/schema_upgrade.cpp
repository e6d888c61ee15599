#include "persistence/postgres/schema_upgrade.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/postgres/schema/schema.hpp"

namespace waymark::postgres {

namespace {

constexpr std::string_view steps_table =
    "CREATE TABLE IF NOT EXISTS {schema}.schema_steps (\n"
    "  number     integer PRIMARY KEY,\n"
    "  name       text NOT NULL,\n"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()\n"
    ");\n";

/// Who upgrades holds it until the transaction ends.
constexpr std::string_view lock_of_others =
    "DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('waymark schema', 0)); END $$;";

constexpr int newest = static_cast<int>(sql::schema.size());

std::string record_of(const sql::numbered_sql& step) {
  return "INSERT INTO {schema}.schema_steps (number, name) VALUES (" + std::to_string(step.number) +
         ", '" + std::string{step.name} + "');\n";
}

/// A statement that fails on tables of another version.
std::string required_version(int version) {
  const auto number = std::to_string(version);
  return "DO $$ DECLARE there integer := (SELECT coalesce(max(number), 0) FROM "
         "{schema}.schema_steps);\n  BEGIN IF there <> " +
         number + " THEN RAISE EXCEPTION 'the tables are of version %, not " + number +
         ": nothing was changed', there; END IF; END $$;\n";
}

bool there_is(session& on, const char* sql) {
  return on.run(sql, params{}.add(std::string_view{on.where().schema})).integer(0, 0) != 0;
}

int applied(session& on) {
  if (!there_is(on, "SELECT count(*) FROM pg_catalog.pg_tables "
                    "WHERE schemaname = $1 AND tablename = 'schema_steps'"))
    return 0;
  const auto found = on.execute("SELECT coalesce(max(number), 0) FROM {schema}.schema_steps");
  return std::stoi(std::string{found.text(0, 0)}); // a plain statement answers in text
}

[[noreturn]] void refuse(const session& on, int there, const std::string& what_to_do) {
  throw incompatible_store{on.where().shown + ": the tables in the schema " + on.where().schema +
                           " are of version " + std::to_string(there) +
                           ", this program knows version " + std::to_string(newest) +
                           "; nothing was changed: " + what_to_do};
}

void require_server(session& on) {
  if (const int version = PQserverVersion(on.raw()); version < 130000)
    throw incompatible_store{on.where().shown + ": the server has version " +
                             std::to_string(version / 10000) + ", waymark needs PostgreSQL 13"};
  const char* encoding = PQparameterStatus(on.raw(), "server_encoding");
  if (encoding == nullptr || std::string_view{encoding} != "UTF8")
    throw incompatible_store{on.where().shown + ": the database's encoding is not UTF8; create it "
                                                "with ENCODING 'UTF8'"};
}

} // namespace

// All steps stand in one transaction: a process that dies before its COMMIT leaves the database as
// it was. Of two processes that find it empty the second waits for the lock, then finds the first
// one's tables.
void upgrade_schema(session& on, bool only_verify) {
  require_server(on);
  auto there = applied(on);
  if (there > newest)
    refuse(on, there, "use a newer waymark");
  if (there == newest)
    return;
  if (only_verify && there == 0 && !on.where().verify)
    throw store_error{on.where().shown + ": there are no tables of waymark's yet in the schema " +
                      on.where().schema};
  if (only_verify)
    refuse(on, there,
           "have the owner of the database run what `waymark schema --from " +
               std::to_string(there) + "` prints (waymark::postgresql_schema(address, " +
               std::to_string(there) + ") gives it), or open it without schema_mode=verify");
  transaction all{on};
  (void)on.execute("SET LOCAL lock_timeout = '60s'");
  (void)on.execute(lock_of_others);
  there = applied(on);
  if (there > newest)
    refuse(on, there, "use a newer waymark");
  if (!there_is(on, "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1"))
    (void)on.execute("CREATE SCHEMA {schema}");
  (void)on.execute(steps_table);
  for (const auto& step : sql::schema) {
    if (step.number <= there)
      continue;
    (void)on.execute(step.sql);
    (void)on.execute(record_of(step));
  }
  fault_point("schema.before_commit");
  all.commit();
}

std::string schema_sql(const address& where, int from_version) {
  if (from_version < 0 || from_version > newest)
    throw usage_error{"the tables can be of version 0 (there are none) to " +
                      std::to_string(newest) + ", not " + std::to_string(from_version)};
  if (from_version == newest)
    return "-- Version " + std::to_string(newest) + " is the newest: there is nothing to do.\n";
  std::string result{"BEGIN;\n"};
  (result += lock_of_others) += "\n";
  if (from_version == 0)
    (result += "CREATE SCHEMA IF NOT EXISTS {schema};\n") += steps_table;
  result += required_version(from_version);
  for (const auto& step : sql::schema)
    if (step.number > from_version)
      (result += step.sql) += record_of(step);
  return where.with_schema(result + "COMMIT;\n");
}

} // namespace waymark::postgres
