#include "persistence/sqlite/schema_upgrade.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/sqlite/schema/log/schema.hpp"
#include "persistence/sqlite/schema/projections/schema.hpp"

#include <array>
#include <vector>

namespace waymark::sqlite {

namespace {

struct step {
  std::string_view component;
  int number;
  std::string_view name;
  std::string_view sql;
};

constexpr const char* steps_table = "CREATE TABLE IF NOT EXISTS waymark_schema (\n"
                                    "  component TEXT NOT NULL,\n"
                                    "  number INTEGER NOT NULL,\n"
                                    "  name TEXT NOT NULL,\n"
                                    "  applied_at INTEGER NOT NULL,\n"
                                    "  PRIMARY KEY (component, number)\n"
                                    ") STRICT, WITHOUT ROWID";

constexpr std::string_view own_signature = "1464685131"; // 0x574d524b, "WMRK"

std::vector<step> all_steps() {
  std::vector<step> result;
  for (const auto& each : log_sql::schema)
    result.push_back({"log", each.number, each.name, each.sql});
  for (const auto& each : projections_sql::schema)
    result.push_back({"projections", each.number, each.name, each.sql});
  return result;
}

bool has_table(connection& on, std::string_view name) {
  statement query{on.raw(), on.file(),
                  "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", stage::open};
  query.bind(1, name);
  const int code = query.try_step();
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    query.fail(code, stage::open);
  return code == SQLITE_ROW;
}

std::int64_t applied(connection& on, std::string_view component) {
  if (!has_table(on, "waymark_schema"))
    return 0;
  statement query{on.raw(), on.file(),
                  "SELECT coalesce(max(number), 0) FROM waymark_schema WHERE component = ?1",
                  stage::open};
  query.bind(1, component);
  query.step();
  return query.integer(0);
}

/// The steps that are missing. @throws incompatible_store if there are some that nobody here knows.
std::vector<step> missing_steps(connection& on) {
  std::vector<step> result;
  const auto known = all_steps();
  for (const std::string_view component : {"log", "projections"}) {
    const auto there = applied(on, component);
    int newest = 0;
    for (const auto& each : known) {
      if (each.component != component)
        continue;
      newest = each.number;
      if (each.number > there)
        result.push_back(each);
    }
    if (there > newest)
      throw incompatible_store{on.file() + ": its " + std::string{component} +
                               " tables are of schema " + std::to_string(there) +
                               ", this program knows schema " + std::to_string(newest) +
                               "; nothing was changed: use a newer waymark"};
  }
  return result;
}

void apply(connection& on, const step& each, timestamp now) {
  on.execute(std::string{each.sql}.c_str(), stage::open);
  statement record{on.raw(), on.file(),
                   "INSERT INTO waymark_schema (component, number, name, applied_at) "
                   "VALUES (?1, ?2, ?3, ?4)"};
  record.bind(1, each.component).bind(2, each.number).bind(3, each.name).bind(4, now).run();
}

void name_log(connection& on, timestamp now) {
  const auto id = uuid::v7().to_string();
  statement insert{
      on.raw(), on.file(),
      "INSERT OR IGNORE INTO waymark_log (one, log_id, created_at) VALUES (1, ?1, ?2)"};
  insert.bind(1, id).bind(2, now).run();
}

/// A file that another program has signed as its own document is not to be written into. A database
/// without a signature may well be the user's, who wants read models beside other tables.
void refuse_signed_by_others(connection& on) {
  const auto signature = on.ask("PRAGMA application_id", stage::open);
  if (signature == "0" || signature == own_signature || has_table(on, "waymark_schema"))
    return;
  throw incompatible_store{on.file() + ": it belongs to another program (its application_id is " +
                           signature + "); nothing was changed: name another file, or, if the " +
                           "database is yours, set PRAGMA application_id = 0 and open it again"};
}

/// Tables of our names in a file without our record of steps were made by somebody else.
void refuse_tables_of_others(connection& on) {
  if (on.ask("SELECT count(*) FROM pragma_table_info('waymark_schema') "
             "WHERE name IN ('component', 'number')",
             stage::open) == "2")
    return;
  const auto name = on.ask("SELECT name FROM sqlite_schema "
                           "WHERE name LIKE 'waymark\\_%' ESCAPE '\\' LIMIT 1",
                           stage::open);
  if (!name.empty())
    throw incompatible_store{on.file() + ": it holds a table " + name +
                             " that is not waymark's, which keeps the names that begin with "
                             "waymark_ for itself; nothing was changed: name another file, or "
                             "rename the table"};
}

/// "WMRK"; only in a file that is waymark's from the start.
void sign_new_file(connection& on) {
  if (on.ask("SELECT count(*) FROM sqlite_schema", stage::open) == "0" &&
      on.ask("PRAGMA application_id", stage::open) == "0")
    on.execute("PRAGMA application_id = 0x574d524b", stage::open);
}

} // namespace

void check_schema(connection& on) {
  on.execute("BEGIN", stage::open); // all looks see one moment, also while another process upgrades
  refuse_signed_by_others(on);
  refuse_tables_of_others(on);
  (void)missing_steps(on);
  on.rollback();
}

void require_schema(connection& on) {
  if (!has_table(on, "waymark_schema"))
    throw store_error{on.file() + ": there are no tables of waymark's yet in this file"};
  if (!missing_steps(on).empty())
    throw incompatible_store{on.file() + ": its tables are older than this program; nothing was "
                                         "changed: `waymark run` or `waymark append` brings them "
                                         "up to date"};
}

// All steps stand in one transaction: a process that dies anywhere before its COMMIT leaves the
// file as it was, and one that dies after it finds nothing to do. Two processes that open a new
// file at the same time: the second waits at BEGIN IMMEDIATE, then finds the first one's tables.
void upgrade_schema(connection& on, const clock& clk) {
  if (missing_steps(on).empty())
    return;
  transaction all{on};
  sign_new_file(on);
  on.execute(steps_table, stage::open);
  const auto now = clk.now();
  for (const auto& each : missing_steps(on))
    apply(on, each, now);
  name_log(on, now);
  fault_point("schema.before_commit");
  all.commit();
}

std::string schema_sql() {
  std::string result{steps_table};
  result += ";\n";
  for (const auto& each : all_steps())
    result += each.sql;
  return result;
}

} // namespace waymark::sqlite
