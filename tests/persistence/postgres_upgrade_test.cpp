// Tables that an older version has made, with a row in each.
#include "tests/persistence/old_rows.hpp"

#include "persistence/postgres/address.hpp"
#include "persistence/postgres/schema/schema.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;

constexpr int newest = static_cast<int>(postgres::sql::schema.size());

constexpr const char* letter_columns =
    "(projection, shard, position, generation, sequence_key, projection_version, error, attempts, "
    "created_at, event_id, event_type, schema_version, aggregate_type, aggregate_id, "
    "aggregate_version, occurred_at, recorded_at, data)";

/// The rows that the tables of a step get as soon as they are there.
std::string rows_of(int step) {
  const std::string insert = "INSERT INTO {schema}.";
  switch (step) {
  case 1:
    return insert + "events (position, event_id, event_type, schema_version, aggregate_type, "
                    "aggregate_id, aggregate_version, occurred_at, recorded_at, data) "
                    "VALUES (1, gen_random_uuid(), 'A', 1, 'Order', 'o-1', 1, now(), now(), "
                    "'{\"cents\": 5}');";
  case 3:
    return insert + "checkpoints VALUES ('p', 0, 1, 3, 0, 'log-1', gen_random_uuid(), NULL, '', "
                    "NULL, NULL, 5, 1, 1, 'stream');" +
           insert + "positions VALUES ('n', 7, now());";
  case 4:
    return insert + "dead_letters " + letter_columns +
           " VALUES ('p', 0, 1, 0, 'k', 1, 'cents is missing', '[]', now(), gen_random_uuid(), "
           "'A', 1, 'Order', 'o-1', 1, now(), now(), '{}');" +
           insert + "parked VALUES ('p', 0, 0, 'k', 2);";
  case 5:
    return insert + "sessions VALUES ('gone', 1, now());";
  case 6:
    return insert + "attempts VALUES ('p', 0, 1, gen_random_uuid(), 0, NULL, now(), 2, 0, 2, '');";
  case 7:
    return insert + "settled_letters VALUES (900, 'p', 0, 1, 0, 'k', gen_random_uuid(), 'A', "
                    "'cents is missing', 'discard', 'me', now());";
  default:
    return {};
  }
}

void make_tables(const postgres_schema& schema, int version) {
  std::string sql = "CREATE SCHEMA {schema}; CREATE TABLE {schema}.schema_steps (number integer "
                    "PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL "
                    "DEFAULT clock_timestamp());";
  for (const auto& step : postgres::sql::schema)
    if (step.number <= version)
      ((sql += step.sql) += rows_of(step.number)) += "INSERT INTO {schema}.schema_steps VALUES (" +
                                                     std::to_string(step.number) + ", 'step');";
  run_sql(postgres::address::parse(schema.address()).with_schema(sql));
}

/// All that the schema consists of, in words.
std::string shape_of(const postgres_schema& schema) {
  const auto in = " WHERE table_schema = '" + schema.name() + "'";
  auto shape = run_sql("SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, "
                       "is_nullable, column_default), ';' ORDER BY table_name, column_name) "
                       "FROM information_schema.columns" +
                       in) +
               run_sql("SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes "
                       "WHERE schemaname = '" +
                       schema.name() + "'") +
               run_sql("SELECT string_agg(prosrc, ';' ORDER BY proname) FROM pg_proc "
                       "WHERE pronamespace = '" +
                       schema.name() + "'::regnamespace");
  for (auto at = shape.find(schema.name()); at != std::string::npos; at = shape.find(schema.name()))
    shape.erase(at, schema.name().size());
  return shape;
}

old_rows rows_at(int version) {
  return {version >= 3, version >= 4, version >= 6, version >= 7};
}

void check_is_newest(const postgres_schema& schema) {
  const postgres_schema fresh;
  (void)open(fresh.address());
  CHECK(shape_of(schema) == shape_of(fresh));
  CHECK(run_sql("SELECT string_agg(number::text, ' ' ORDER BY number) FROM " + schema.name() +
                ".schema_steps") ==
        run_sql("SELECT string_agg(number::text, ' ' ORDER BY number) FROM " + fresh.name() +
                ".schema_steps"));
}

std::string refusal_of(const std::string& address) {
  try {
    (void)open(address);
  } catch (const incompatible_store& e) {
    return e.what();
  }
  return "it was opened";
}

} // namespace

TEST_CASE("tables of each older version are upgraded when they are opened") {
  for (int version = 1; version < newest; ++version) {
    CAPTURE(version);
    const postgres_schema schema;
    make_tables(schema, version);
    check_old_rows(open(schema.address()), rows_at(version));
    check_is_newest(schema);
  }
}

TEST_CASE("tables of each older version are upgraded by an operator, with what is printed") {
  for (int version = 1; version < newest; ++version) {
    CAPTURE(version);
    const postgres_schema schema;
    make_tables(schema, version);
    const auto before = shape_of(schema);
    const auto verifying = schema.address("&schema_mode=verify");
    const auto number = std::to_string(version);
    CHECK_THAT(refusal_of(verifying),
               ContainsSubstring("of version " + number) &&
                   ContainsSubstring("waymark::postgresql_schema(address, " + number + ")") &&
                   ContainsSubstring("waymark schema --from " + number));
    for (int other = 0; other < newest; ++other)
      if (other != version)
        CHECK_THROWS_WITH(run_sql(postgresql_schema(schema.address(), other)),
                          ContainsSubstring("the tables are of version " + number + ", not " +
                                            std::to_string(other)));
    CHECK(shape_of(schema) == before);
    run_sql(postgresql_schema(schema.address(), version));
    check_old_rows(open(verifying), rows_at(version));
    check_is_newest(schema);
  }
}

TEST_CASE("only versions that are known have something to print") {
  for (const int version : {-1, newest + 1})
    CHECK_THROWS_AS(postgresql_schema("postgresql:///shop", version), usage_error);
  const postgres_schema schema;
  run_sql(postgresql_schema(schema.address()));
  CHECK_THAT(postgresql_schema(schema.address(), newest), ContainsSubstring("nothing to do"));
  (void)open(schema.address("&schema_mode=verify"));
  check_is_newest(schema);
}

} // namespace waymark::test
