// Files that an older version has made, with a row in each table.
#include "tests/persistence/old_rows.hpp"

#include "persistence/sqlite/schema/log/schema.hpp"
#include "persistence/sqlite/schema/projections/schema.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace waymark::test {

namespace {

constexpr int newest = static_cast<int>(sqlite::projections_sql::schema.size());

/// The rows that the tables of a step get as soon as they are there.
std::string rows_of(int step) {
  switch (step) {
  case 1:
    return "INSERT INTO waymark_checkpoints VALUES ('p', 0, 1, 3, 0, 'log-1', randomblob(16), "
           "NULL, '', NULL, NULL, 5, 1, 1, 'stream', NULL, NULL, NULL);"
           "INSERT INTO waymark_positions VALUES ('n', 7, 5);";
  case 2:
    return "INSERT INTO waymark_dead_letters VALUES (1, 'p', 0, 1, 0, 'k', 1, 'cents is missing', "
           "'[]', 5, randomblob(16), 'A', 1, 'Order', 'o-1', 1, 5, 5, NULL, NULL, NULL, NULL, "
           "NULL, '{}');"
           "INSERT INTO waymark_parked VALUES ('p', 0, 0, 'k', 2);";
  case 3:
    return "INSERT INTO waymark_attempts VALUES ('p', 0, 1, randomblob(16), 0, NULL, 5, 2, 0, 2, "
           "'');";
  case 4:
    return "INSERT INTO waymark_settled_letters VALUES (900, 'p', 0, 1, 0, 'k', randomblob(16), "
           "'A', 'cents is missing', 'discard', 'me', 5);";
  default:
    return {};
  }
}

std::string record_of(const std::string& component, int number) {
  return "INSERT INTO waymark_schema VALUES ('" + component + "', " + std::to_string(number) +
         ", 'step', 5);";
}

/// @param version of the tables of projections; there is one of the log's yet.
void make_file(const std::string& name, int version) {
  std::string sql = "CREATE TABLE waymark_schema (component TEXT NOT NULL, number INTEGER NOT "
                    "NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY "
                    "(component, number)) STRICT, WITHOUT ROWID; "
                    "PRAGMA application_id = 0x574d524b;";
  sql += sqlite::log_sql::schema[0].sql;
  sql += record_of("log", 1) + "INSERT INTO waymark_log VALUES (1, 'old-log', 5);"
                               "INSERT INTO waymark_events VALUES (1, randomblob(16), 'A', 1, "
                               "'Order', 'o-1', 1, 5, 5, NULL, NULL, NULL, NULL, NULL, "
                               "'{\"cents\": 5}');";
  for (const auto& step : sqlite::projections_sql::schema)
    if (step.number <= version)
      ((sql += step.sql) += rows_of(step.number)) += record_of("projections", step.number);
  raw_sqlite{name}.execute(sql);
}

} // namespace

TEST_CASE("files of each older version are upgraded when they are opened") {
  static_assert(sqlite::log_sql::schema.size() == 1);
  for (int version = 0; version < newest; ++version) {
    CAPTURE(version);
    const temporary_folder folder;
    make_file(folder.file(), version);
    CHECK_THROWS_AS(open(folder.address(), {.create = false}), incompatible_store);
    {
      const auto opened = open(folder.address());
      CHECK(opened.events->log_id() == "old-log");
      check_old_rows(opened, {version >= 1, version >= 2, version >= 3, version >= 4});
    }
    (void)open(folder.address("fresh.db"));
    raw_sqlite upgraded{folder.file()};
    upgraded.execute("ATTACH '" + folder.file("fresh.db") + "' AS fresh");
    CHECK(upgraded.number("SELECT count(*) FROM waymark_schema") == newest + 1);
    CHECK(upgraded.number("SELECT count(*) FROM (SELECT name, sql FROM main.sqlite_schema WHERE "
                          "name <> 'waymark_schema' EXCEPT SELECT name, sql FROM "
                          "fresh.sqlite_schema)") == 0);
    CHECK(upgraded.number("SELECT count(*) FROM fresh.sqlite_schema") ==
          upgraded.number("SELECT count(*) FROM main.sqlite_schema"));
  }
}

} // namespace waymark::test
