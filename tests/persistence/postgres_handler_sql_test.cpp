#include "tests/catch.hpp"

#include "tests/eventually.hpp"
#include "tests/persistence/handler_fixture.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/persistence/store.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <span>
#include <thread>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;
using contract::request_of;
using contract::step;

struct server_fixture : handler_fixture<postgres_schema> {
  const postgres_schema& schema = place;
};

} // namespace

TEST_CASE_METHOD(server_fixture, "handlers keep off the transaction and the session") {
  for (const char* sql :
       {"BEGIN ISOLATION LEVEL SERIALIZABLE", "/* x */ end", "-- x\n COMMIT AND CHAIN", "ABORT",
        "PREPARE TRANSACTION 'x'", "SAVEPOINT s", "SET search_path = pg_catalog", "DISCARD ALL",
        "DEALLOCATE ALL", "LISTEN x", "COPY t FROM STDIN", "START TRANSACTION", "LOAD 'x'",
        "DELETE FROM t; COMMIT"})
    (void)refused<projection_error>(sql);
  (void)refused<projection_error>("DO $$ BEGIN COMMIT; END $$");
  CHECK_THROWS_AS(store.projections->prepare_tables(
                      std::vector<std::string>{"CREATE TABLE u (x BIGINT); COMMIT"}),
                  projection_error);
}

TEST_CASE_METHOD(server_fixture, "who is to blame for a statement") {
  (void)refused<statement_error>("INSERT INTO t VALUES (1, 'a'), (1, 'b')");
  (void)refused<statement_error>("SELECT 1 / (id - id) FROM (SELECT 1 AS id) x");
  (void)refused<statement_error>("INSERT INTO t VALUES ($1, 'a')", "not a number");
  (void)refused<statement_error>("INSERT INTO t VALUES (1, $1)", std::string{"a\0b", 3});
  (void)refused<statement_error>("INSERT INTO t VALUES (1, $1)", "\xff");
  (void)refused<statement_error>("DO $$ BEGIN RAISE EXCEPTION 'mine'; END $$");
  (void)refused<projection_error>("INSERT INTO nowhere VALUES (1)");
  (void)refused<projection_error>("SELECT no_such_function(1)");
  (void)refused<projection_error>("SELECT * FROM pg_authid, no_such_schema.t");
  CHECK_THAT(refused<projection_error>("SELECT $1 IS NULL, $2 IS NULL", 1, 2),
             ContainsSubstring("$1::text"));
  CHECK_THAT(
      refused<projection_error>("INSERT INTO t VALUES (1, $1)",
                                std::span<const std::byte>{std::as_bytes(std::span{"ab", 2})}),
      ContainsSubstring("$1::bytea"));
}

TEST_CASE_METHOD(server_fixture, "no event is to blame for how tables are emptied") {
  const auto refuses = [&](const std::string& sql) {
    CAPTURE(sql);
    const std::vector<std::string> script{sql};
    CHECK_THROWS_AS(store.projections->reset(request_of("p", "a"), script), projection_error);
    CHECK_THROWS_AS(store.projections->prepare_tables(script), projection_error);
  };
  const auto runs_all = [&](const std::vector<std::string>& all) {
    store.projections->prepare_tables(all);
  };
  for (const std::string checked : {"", " DEFERRABLE INITIALLY DEFERRED"}) {
    runs_all({"CREATE TABLE child (id BIGINT REFERENCES t (id)" + checked + ")",
              "INSERT INTO t VALUES (1)", "INSERT INTO child VALUES (1)"});
    refuses("DELETE FROM t");
    runs_all({"DROP TABLE child", "DELETE FROM t"});
  }
  runs_all({"CREATE VIEW all_of_t AS SELECT * FROM t"});
  refuses("DROP TABLE t");
  CHECK(store.projections->load(owner.key)->epoch == owner.epoch);
}

TEST_CASE_METHOD(server_fixture, "a routine may have its body in SQL") {
  if (std::stoi(run_sql("SHOW server_version_num")) < 140'000)
    return;
  const std::string body = "FUNCTION twice(a INT) RETURNS INT BEGIN ATOMIC "
                           "SELECT CASE WHEN a > 0 THEN 2 * a ELSE a END; END";
  store.projections->prepare_tables(std::vector<std::string>{"CREATE " + body});
  (void)refused<projection_error>("CREATE OR REPLACE " + body + "; COMMIT");
  auto unit = store.projections->begin(owner);
  unit->model().execute("CREATE OR REPLACE " + body + ";");
  CHECK(unit->model().query_value<int>("SELECT twice(2)") == 4);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(server_fixture, "execute answers the rows it changed") {
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  CHECK(db.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')") == 2);
  CHECK(db.execute("SELECT * FROM t") == 0);
  CHECK(db.execute("CREATE TABLE u (y BIGINT)") == 0);
  CHECK(db.execute("UPDATE t SET x = $1", "c") == 2);
  CHECK(db.execute("DELETE FROM t WHERE id = $1", 7) == 0);
  CHECK(db.query("SELECT id, x FROM t WHERE id > 5").columns ==
        std::vector<std::string>{"id", "x"});
  CHECK(db.query_as<std::int64_t>("DELETE FROM t WHERE id = 1 RETURNING id").size() == 1);
}

TEST_CASE_METHOD(server_fixture, "a column of integers takes every whole number") {
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  db.execute("CREATE TABLE whole (n BIGINT, x DOUBLE PRECISION)");
  for (const double each : {0.0, -3.0, 99'999.0, 100'000.0, 2e6, 1e15, -1e18}) {
    db.execute("DELETE FROM whole");
    db.execute("INSERT INTO whole VALUES ($1, $2)", each, each);
    CHECK(db.query_value<std::int64_t>("SELECT n FROM whole") == static_cast<std::int64_t>(each));
    CHECK(db.query_value<double>("SELECT x FROM whole") == each);
  }
}

TEST_CASE_METHOD(server_fixture, "values come back as what they are") {
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  db.execute("CREATE TABLE v (a BOOLEAN, b INTEGER, c NUMERIC, d REAL, e TIMESTAMPTZ, f UUID, "
             "g BYTEA, h DATE, i JSONB)");
  const auto id = uuid::v7();
  const timestamp when{std::chrono::microseconds{1'700'000'000'123'456}};
  const std::byte bytes[]{std::byte{0}, std::byte{0xfe}, std::byte{'a'}};
  db.execute("INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", true, 7, 1250, 0.5, when,
             id, std::span<const std::byte>{bytes}, "2026-11-21", nlohmann::json{{"n", 1}});
  CHECK(db.query_value<bool>("SELECT a FROM v"));
  CHECK(db.query_value<int>("SELECT b FROM v") == 7);
  CHECK(db.query_value<std::int64_t>("SELECT c FROM v") == 1250);
  CHECK(db.query_value<double>("SELECT c / 4 FROM v") == 312.5);
  CHECK(db.query_value<double>("SELECT d FROM v") == 0.5);
  CHECK(std::isnan(db.query_value<double>("SELECT 'NaN'::float8")));
  CHECK(db.query_value<timestamp>("SELECT e FROM v") == when);
  CHECK(db.query_value<timestamp>("SELECT e::timestamp FROM v") == when);
  CHECK(db.query_value<uuid>("SELECT f FROM v") == id);
  CHECK(db.query_value<std::vector<std::byte>>("SELECT g FROM v") ==
        std::vector<std::byte>{bytes, bytes + 3});
  CHECK(db.query_value<std::string>("SELECT h FROM v") == "2026-11-21");
  CHECK(db.query_value<std::string>("SELECT i FROM v") == "{\"n\": 1}");
  CHECK(db.query_value<std::string>("SELECT $1::text", "cast") == "cast");
  CHECK(db.query_value<std::optional<int>>("SELECT NULL::integer") == std::nullopt);
  // one argument in columns of different types, as far as the server can deduce them
  db.execute("CREATE TABLE w (a BIGINT, b TEXT)");
  db.execute("INSERT INTO w VALUES ($1::bigint, $1::bigint::text)", 5);
  CHECK(db.query_value<std::string>("SELECT b FROM w WHERE a = $1", 5) == "5");
}

TEST_CASE_METHOD(server_fixture, "no setting of a session outlives the handler that made it") {
  run_sql("CREATE FUNCTION " + schema.name() +
          ".sneak(name text, value text) RETURNS void LANGUAGE sql AS "
          "$$ SELECT set_config(name, value, false) $$");
  const auto call = "SELECT " + schema.name() + ".sneak($1, $2)";
  const auto session = [&](read_model& db) {
    return db.query_value<std::string>("SELECT pg_backend_pid()::text");
  };
  std::string used;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"search_path", "pg_catalog"},
           {"synchronous_commit", "off"},
           {"statement_timeout", "1h"},
           {"lock_timeout", "0"},
           {"idle_in_transaction_session_timeout", "0"},
           {"default_transaction_isolation", "serializable"},
           {"session_replication_role", "replica"},
           {"timezone", "Asia/Tokyo"},
           {"standard_conforming_strings", "off"},
           {"client_encoding", "LATIN1"},
           {"default_text_search_config", "pg_catalog.german"},
           {"role", "pg_monitor"}}) {
    CAPTURE(name);
    const auto shown = "SHOW " + name;
    auto unit = store.projections->begin(owner);
    const auto before = unit->model().query_value<std::string>(shown);
    used = session(unit->model());
    REQUIRE(before != value);
    static_cast<void>(unit->model().query(call, name, value));
    if (name == "role") // which may not even write the checkpoint
      CHECK_THROWS(unit->commit(step(0, 1)));
    else
      CHECK_THROWS_WITH(unit->commit(step(0, 1)),
                        ContainsSubstring("a handler has changed its session") &&
                            ContainsSubstring(name));
    unit = nullptr;
    unit = store.projections->begin(owner);
    CHECK(session(unit->model()) == used); // the same session, as it was
    CHECK(unit->model().query_value<std::string>(shown) == before);
  }
  auto unit = store.projections->begin(owner);
  unit->model().execute("DO $$ BEGIN SET LOCAL work_mem = '8MB'; END $$"); // is nobody's business
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
  store.projections->allow_handlers("p", 1h); // a setting of waymark's own, for its units alone
  unit = nullptr;
  unit = store.projections->begin(owner);
  CHECK(unit->commit(step(1, 2)) == commit_status::committed);
  unit = store.projections->begin(owner);
  static_cast<void>(unit->model().query(call, "idle_in_transaction_session_timeout", "0"));
  CHECK_THROWS_AS(unit->commit(step(2, 3)), projection_error);
}

TEST_CASE_METHOD(server_fixture, "no setting of a session outlives the script that made it") {
  run_sql("DO $$ BEGIN CREATE ROLE migrator; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  for (const std::string sets : {"SET ROLE migrator", "SET search_path = pg_catalog",
                                 "SET synchronous_commit = off", "SET LOCAL ROLE migrator"}) {
    CAPTURE(sets);
    const std::vector<std::string> script{"DO $$ BEGIN " + sets + "; END $$"};
    CHECK_THROWS_WITH(store.projections->prepare_tables(script),
                      ContainsSubstring("changed its session") && ContainsSubstring("DO $$"));
    CHECK_THROWS_AS(store.projections->reset(request_of("p", "a"), script), projection_error);
    CHECK(store.projections->load(owner.key)->epoch == owner.epoch);
    CHECK(contract::own(*store.projections, request_of("other", "a")).epoch > 0);
  }
  run_sql("DROP ROLE migrator");
}

TEST_CASE_METHOD(server_fixture, "what a block does to its session is the projection's fault") {
  for (const char* sql : {"DO $$ BEGIN SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; END $$",
                          "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_lock_shared(1)",
                          "DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$",
                          "SELECT pg_catalog.SET_CONFIG ('search_path', 'x', false)",
                          "SELECT \"set_config\"('search_path', 'x', false)",
                          "DO $$ BEGIN EXECUTE 'SELECT pg_try_advisory_lock(1)'; END $$"})
    (void)refused<projection_error>(sql);
  auto unit = store.projections->begin(owner);
  CHECK_NOTHROW(unit->model().query("SELECT pg_advisory_xact_lock(1)"));
  unit->model().execute("DO $$ BEGIN SET search_path = pg_catalog; END $$");
  CHECK_THROWS_AS(unit->commit(step(0, 1)), projection_error);
}

TEST_CASE_METHOD(server_fixture, "a session that has lost its statements is not used again") {
  const bool ahead = GENERATE(true, false);
  const auto begin = [&] {
    return ahead ? store.projections->begin_ahead(owner) : store.projections->begin(owner);
  };
  CHECK(begin()->commit(step(0, 1)) == commit_status::committed); // prepares
  {
    auto unit = begin();
    unit->model().execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$");
    CHECK_THROWS_WITH(unit->commit(step(1, 2)), ContainsSubstring("pooled=transaction"));
  }
  CHECK(begin()->commit(step(1, 2)) == commit_status::committed);
}

TEST_CASE_METHOD(server_fixture, "names that hold the name of such a call are free") {
  store.projections->prepare_tables(std::vector<std::string>{
      "CREATE TABLE reset_config_log (asset_config INT, set_config TEXT)"});
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  db.execute("INSERT INTO reset_config_log VALUES (7, $1) /* like set_config(), once */",
             "set_config('a', 'b', false)");
  CHECK(db.query_value<int>("SELECT asset_config FROM reset_config_log") == 7);
  CHECK(db.query_value<int>("SELECT count(*) FROM reset_config_log WHERE set_config = "
                            "'set_config(''a'', ''b'', false)' -- pg_advisory_lock(1)") == 1);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(server_fixture, "texts are read by the server as the guards read them") {
  // A later one of two `options` holds.
  const auto off = schema.address("&options=-csearch_path%3D" + schema.name() +
                                  "%20-cstandard_conforming_strings%3Doff");
  const auto here = open(off).projections;
  auto unit = here->begin(owner);
  auto& db = unit->model();
  CHECK(db.query_value<std::string>("SELECT '\\'") == "\\"); // whatever a role or an address sets
  db.execute("DO $$ BEGIN SET LOCAL standard_conforming_strings = off; END $$");
  CHECK_THROWS_WITH(db.query("SELECT '\\', set_config(''lock_timeout'', ''0'', false) --'"),
                    ContainsSubstring("standard_conforming_strings = off is refused"));
}

TEST_CASE_METHOD(server_fixture, "many different statements are all served") {
  auto unit = store.projections->begin(owner);
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 400; ++i)
      CHECK(unit->model().query_value<std::int64_t>("SELECT " + std::to_string(i) + " + $1::bigint",
                                                    1) == i + 1);
  CHECK(std::stoi(unit->model().query_value<std::string>(
            "SELECT count(*)::text FROM pg_prepared_statements WHERE name LIKE 'handler%'")) <=
        257);
}

TEST_CASE_METHOD(server_fixture, "a handler that dawdles in a transaction is at fault itself") {
  const auto impatient = open(schema.address(), {.handler_timeout = 25ms}).projections;
  const auto dawdle = [&] {
    auto unit = impatient->begin(owner);
    const auto pid = unit->model().query_value<std::int64_t>("SELECT pg_backend_pid()");
    const auto sessions =
        "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid);
    REQUIRE(eventually([&] { return run_sql(sessions) == "0"; }));
    return unit;
  };
  auto unit = dawdle();
  CHECK_THROWS_AS(unit->model().execute("DELETE FROM t"), statement_error);
  CHECK(unit->failed());
  unit = dawdle(); // after its last statement
  CHECK_THROWS_AS(unit->commit(step(0, 1)), statement_error);
  unit.reset();
  CHECK(impatient->begin(owner) != nullptr);
}

TEST_CASE_METHOD(server_fixture, "a statement that is cancelled is the event's fault") {
  auto unit = store.projections->begin(owner);
  const auto pid = unit->model().query_value<std::string>("SELECT pg_backend_pid()::text");
  std::thread canceller{[&] {
    const auto sleeping = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = " + pid +
                          " AND query LIKE '%pg_sleep(60)%' AND state = 'active'";
    static_cast<void>(eventually([&] { return !run_sql(sleeping).empty(); }));
  }};
  CHECK_THROWS_AS(unit->model().execute("SELECT pg_sleep(60)"), statement_error);
  canceller.join();
  CHECK(unit->failed());
}

TEST_CASE_METHOD(server_fixture, "handlers write no table of waymark's and change no setting") {
  const auto mine = schema.name() + ".";
  for (const std::string& sql : std::vector<std::string>{
           "UPDATE checkpoints SET position = 7", "update " + mine + "checkpoints set epoch = 1",
           "DELETE FROM ONLY \"events\"",
           "INSERT INTO " + mine + "positions VALUES ('p', 1, now())",
           "WITH x AS (DELETE FROM /* ; */ dead_letters RETURNING 1) SELECT * FROM x",
           "TRUNCATE t, " + mine + "parked", "DROP TABLE IF EXISTS log",
           "ALTER TABLE events ADD COLUMN x BIGINT",
           "MERGE INTO checkpoints USING t ON false WHEN MATCHED THEN DELETE",
           "DO $$ BEGIN UPDATE " + mine + "checkpoints SET epoch = 9; END $$",
           "DO 'BEGIN UPDATE " + mine + "checkpoints SET epoch = 9; END'",
           "DO $$ BEGIN EXECUTE 'UPDATE " + mine + "checkpoints SET epoch = 9'; END $$",
           "UPDATE U&\"checkpoint\\0073\" SET position = 7",
           "UPDATE ONLY (checkpoints) SET position = 7", "TRUNCATE t *, parked",
           "SELECT 1 -- \r, set_config('lock_timeout', '0', false)",
           "SELECT E'it''s \\'', set_config('lock_timeout', '0', false), ''",
           "SELECT U&\"set\\005fconfig\"('lock_timeout', '0', false)",
           std::string{"SELECT set_config('lock_timeout', '0', false)"},
           std::string{"DO $$ BEGIN PERFORM Set_Config('lock_timeout', '0', false); END $$"}})
    (void)refused<projection_error>(sql);
  CHECK_THROWS_AS(store.projections->reset(request_of("p", "a"),
                                           std::vector<std::string>{"DELETE FROM events"}),
                  projection_error);
  run_sql("CREATE SCHEMA o" + schema.name() + " CREATE TABLE events (x BIGINT)");
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM checkpoints") == 1); // may be read
  db.execute("INSERT INTO o" + schema.name() + ".events VALUES (1)");           // a user's own
  db.execute("CREATE TABLE parked_cars (x TEXT)");
  db.execute("INSERT INTO parked_cars VALUES ('delete from events')");
  db.execute("INSERT INTO t VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET x = excluded.x");
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
  run_sql("DROP SCHEMA o" + schema.name() + " CASCADE");
}

TEST_CASE_METHOD(server_fixture, "a table that changes under a prepared statement") {
  const auto count = [&] {
    auto unit = store.projections->begin(owner);
    return unit->model().query("SELECT * FROM t").columns.size();
  };
  CHECK(count() == 2);
  run_sql("ALTER TABLE " + schema.name() + ".t ADD COLUMN y BIGINT");
  CHECK_THROWS_AS(count(), store_error); // so it is done again
  CHECK(count() == 3);
}

TEST_CASE_METHOD(server_fixture, "a column whose type changes under a prepared statement") {
  static constexpr std::array some{std::byte{255}};
  struct change {
    std::string before, after;
    sql_value small, large;
  };
  const auto [before, after, small, large] = GENERATE(
      change{"INTEGER", "BIGINT", 1, 3'000'000'000}, change{"INTEGER", "DATE USING NULL", 1, "now"},
      change{"TEXT", "BYTEA USING NULL", nullptr, std::span<const std::byte>{some}});
  const bool ahead = GENERATE(true, false);
  const bool many = GENERATE(false, true);
  CAPTURE(before, after, ahead, many);
  const auto insert = [&](const sql_value& value) {
    auto unit = ahead ? store.projections->begin_ahead(owner) : store.projections->begin(owner);
    if (many)
      unit->model().execute_many("INSERT INTO changing VALUES ($1)", std::array{value, value});
    else
      unit->model().execute("INSERT INTO changing VALUES ($1)", value);
  };
  store.projections->prepare_tables(
      std::vector<std::string>{"CREATE TABLE changing (x " + before + ")"});
  insert(small);
  insert(small); // is kept
  CHECK_THROWS(insert(large));
  insert(small);
  run_sql("ALTER TABLE " + schema.name() + ".changing ALTER x TYPE " + after);
  CHECK_THROWS_AS(insert(large), store_error); // so it is done again
  CHECK_NOTHROW(insert(large));
  CHECK_NOTHROW(insert(large));
}

TEST_CASE_METHOD(server_fixture, "many rows take whatever type their columns have") {
  store.projections->prepare_tables(std::vector<std::string>{
      "CREATE TABLE many (a SMALLINT, b NUMERIC, c BOOLEAN, d BYTEA, e TIMESTAMPTZ, f UUID, "
      "g JSONB, h VARCHAR(3), i CHAR(2), j REAL, k DOUBLE PRECISION, l INTEGER[])"});
  const auto when = parse_timestamp("2026-11-21T09:30:00.5Z").value();
  const auto id = uuid::v7();
  const std::vector<std::byte> some{std::byte{0}, std::byte{255}, std::byte{'\\'}};
  const std::vector<std::optional<int>> a{1, std::nullopt};
  const std::vector<std::string> b{"12345678901234567890.5", "-1"};
  const std::vector<bool> c{true, false};
  const std::vector<std::span<const std::byte>> d{some, {}};
  const std::vector<std::optional<timestamp>> e{when, std::nullopt};
  const std::vector<uuid> f{id, id};
  const std::vector<std::string> g{R"({"x": "\u00e4"})", "[]"};
  const std::vector<const char*> h{"abc", "d"};
  const std::vector<const char*> i{"ab", "d"};
  const std::vector<double> k{0.1, 0.5};
  const std::vector<const char*> l{"{1,2}", "{}"};
  const char* sql = "INSERT INTO many VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
  auto unit = store.projections->begin(owner);
  CHECK_THROWS_AS(unit->model().execute_many(sql, a, b, c, d, e, f, g, h, h, k, k, l),
                  statement_error); // "abc" is longer than CHAR(2)
  unit.reset();
  unit = store.projections->begin(owner);
  auto& model = unit->model();
  CHECK(model.execute_many(sql, a, b, c, d, e, f, g, h, i, k, k, l) == 2);
  const auto rows = model.query("SELECT * FROM many ORDER BY a");
  REQUIRE(rows.rows.size() == 2);
  const auto& row = rows.rows[0];
  CHECK(cell_as<int>(row[0], "a") == 1);
  CHECK(cell_as<bool>(row[2], "c"));
  CHECK(cell_as<std::vector<std::byte>>(row[3], "d") == some);
  CHECK(cell_as<timestamp>(row[4], "e") == when);
  CHECK(cell_as<uuid>(row[5], "f") == id);
  CHECK(cell_as<std::string>(row[7], "h") == "abc");
  CHECK(cell_as<std::string>(row[8], "i") == "ab");
  CHECK(cell_as<double>(row[10], "k") == 0.1);
  CHECK(cell_as<std::string>(row[11], "l") == "{1,2}");
  CHECK(cell_as<std::optional<timestamp>>(rows.rows[1][4], "e") == std::nullopt);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(server_fixture, "many rows blame the one that is wrong") {
  const std::vector<int> ids{1, 2, 2};
  const std::vector<std::string> texts{"a", "b", "c"};
  auto unit = store.projections->begin(owner);
  try {
    unit->model().execute_many("INSERT INTO t VALUES ($1, $2)", ids, texts);
    FAIL("it ran");
  } catch (const statement_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("(id)=(2)") && ContainsSubstring("VALUES ($1, $2)"));
  }
  CHECK(unit->failed());
  unit = store.projections->begin(owner);
  CHECK_THROWS_AS(unit->model().execute_many("INSERT INTO t VALUES ($1, $2)", ids,
                                             std::vector<std::string>(3, std::string(1, '\0'))),
                  statement_error);
}

} // namespace waymark::test
