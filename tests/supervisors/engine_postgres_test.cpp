// The engine with its log in PostgreSQL, its read models there, and any mix with SQLite.
#include "tests/catch.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/supervisors/engine_fixture.hpp"
#include "tests/supervisors/sentence.hpp"
#include "tests/supervisors/undecodable_events.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

/// Appends on one engine, projects, starts again and goes on.
void appends_projects_and_resumes(const std::function<store()>& log,
                                  const std::function<std::shared_ptr<projection_store>()>& into) {
  constexpr int events = 300;
  for (int run = 1; run <= 2; ++run) {
    engine_options options;
    options.log.level = log_level::warning;
    engine e{log(), options};
    auto handle = e.start(shop::revenue().into(into()));
    appended last;
    for (int i = 0; i < events; ++i)
      last = e.append(std::to_string(run) + "-" + std::to_string(i), no_stream,
                      shop::order_placed{i % 2 == 0 ? "monday" : "tuesday", 10});
    REQUIRE(handle.wait_until(last, patience) == wait_result::reached);
    CHECK(e.read("revenue").query_value<std::int64_t>("SELECT sum(cents) FROM revenue") ==
          run * events * 10);
    CHECK(e.checkpoint("revenue")->position == last.last_position);
    CHECK(e.checkpoint("revenue")->events_processed == run * events);
    CHECK(e.lag("revenue").events == 0);
  }
}

} // namespace

TEST_CASE("log and read models in PostgreSQL") {
  const postgres_schema schema;
  const auto log = [&] { return open(schema.address()); };
  appends_projects_and_resumes(log, [&] { return log().projections; });
}

TEST_CASE("the log in PostgreSQL, read models in a SQLite file") {
  const postgres_schema schema;
  const temporary_folder folder;
  appends_projects_and_resumes([&] { return open(schema.address()); },
                               [&] { return open(folder.address()).projections; });
}

TEST_CASE("the log in a SQLite file, read models in PostgreSQL") {
  const postgres_schema schema;
  const temporary_folder folder;
  appends_projects_and_resumes([&] { return open(folder.address()); },
                               [&] { return open(schema.address()).projections; });
}

TEST_CASE("the log in one PostgreSQL database, read models in another") {
  const postgres_schema schema;
  const auto name = "d" + schema.name();
  run_sql("CREATE DATABASE " + name);
  auto other = schema.address();
  other.replace(other.find("/postgres?"), 10, "/" + name + "?");
  appends_projects_and_resumes([&] { return open(schema.address()); },
                               [&] { return open(other).projections; });
  CHECK(run_sql("SELECT count(*) FROM " + schema.name() + ".checkpoints") == "0");
  run_sql("DROP DATABASE " + name + " WITH (FORCE)");
}

TEST_CASE("events of another process are seen") {
  const postgres_schema schema;
  engine_options options;
  options.log.level = log_level::warning;
  engine e{open(schema.address()), options};
  auto handle = e.start(shop::revenue());
  const auto elsewhere = open(schema.address()).events;
  for (int i = 0; i < 20; ++i) {
    const auto token = elsewhere->append(
        {{"Order", std::to_string(i)}, no_stream, {typed_event(shop::order_placed{"monday", 10})}});
    REQUIRE(handle.wait_until(token.last_position, patience) == wait_result::reached);
  }
  CHECK(e.read("revenue").query_value<std::int64_t>("SELECT sum(cents) FROM revenue") == 200);
}

TEST_CASE("an engine is told of events of another process, without looking") {
  const postgres_schema schema;
  engine_options options;
  options.log.level = log_level::warning;
  options.poll_interval = 1h;
  engine e{open(schema.address()), options};
  auto handle = e.start(shop::revenue());
  const auto elsewhere = open(schema.address()).events;
  REQUIRE(eventually([&] { // since when it is told is not known
    elsewhere->append(order("first", "monday", 1));
    return handle.status().passed >= 1;
  }));
  for (int i = 0; i < 20; ++i) {
    const auto token = elsewhere->append(order(std::to_string(i), "monday", 1));
    REQUIRE(handle.wait_until(token.last_position, patience) == wait_result::reached);
  }
}

TEST_CASE("poison events in PostgreSQL become letters, the others go on") {
  const postgres_schema schema;
  engine_options options;
  options.log.level = log_level::error;
  engine e{open(schema.address()), options};
  auto handle =
      e.start(shop::revenue_tables()
                  .on<shop::order_placed>([](read_model& db, const shop::order_placed& o) {
                    db.execute("INSERT INTO revenue VALUES ($1, $2)", o.day, o.cents); // no upsert
                  })
                  .retry({.attempts = 2, .backoff = {1ms, 2ms}}));
  for (int i = 0; i < 6; ++i)
    e.append(std::to_string(i), no_stream, shop::order_placed{i == 3 ? "0" : std::to_string(i), 1});
  REQUIRE(handle.wait_until_caught_up(patience) == wait_result::reached);
  const auto letters = e.dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == 4);
  CHECK(letters[0].error.find("23505") != std::string::npos);
  CHECK(e.read("revenue").query_value<std::int64_t>("SELECT count(*) FROM revenue") == 5);
}

TEST_CASE_METHOD(engine_fixture, "an engine's role needs no more than docs/postgresql.md says") {
  const postgres_schema schema, models;
  (void)open(schema.address());
  const auto role = "r" + schema.name();
  const auto in = schema.name();
  run_sql("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA " + in + " FROM PUBLIC; CREATE ROLE " + role +
          " LOGIN; GRANT USAGE ON SCHEMA " + in + " TO " + role +
          "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + in + " TO " + role +
          "; REVOKE UPDATE, DELETE ON " + in + ".events FROM " + role +
          "; GRANT EXECUTE ON FUNCTION " + in + ".append, " + in + ".append_event TO " + role +
          "; CREATE SCHEMA " + models.name() + " AUTHORIZATION " + role);
  auto address = schema.address("&schema_mode=verify");
  address.replace(address.find("user=waymark"), 12, "user=" + role);
  const auto path = address.find("search_path%3D") + 14;
  address.replace(path, in.size(), models.name());
  {
    engine e{open(address), options()};
    const auto poisonous = poison();
    auto handle = e.start(delicate_revenue(poisonous));
    for (int i = 0; i < 4; ++i)
      e.append("o-" + std::to_string(i), no_stream,
               shop::order_placed{i == 2 ? "poison" : "monday", 1});
    REQUIRE(handle.wait_until(4, patience) == wait_result::reached);
    CHECK(cents_of(e) == 3);
    const auto letters = e.dead_letters();
    REQUIRE(letters.size() == 1);
    poisonous->store(false);
    CHECK(e.retry({.id = letters[0].id}).complete());
    CHECK(cents_of(e) == 4);
    CHECK(run_sql("SELECT count(*) > 0 FROM " + in + ".sessions") == "t");
    CHECK(eventually([&] {
      return run_sql("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + role +
                     "' AND application_name LIKE '% listen' AND query LIKE '%waymark_%'") == "1";
    }));
  }
  run_sql("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
}

TEST_CASE_METHOD(engine_fixture, "what only the commit checks is the fault of one event of ten") {
  const postgres_schema schema;
  engine e{open(schema.address()), options()};
  for (int i = 0; i < 10; ++i)
    e.append("o-" + std::to_string(i), no_stream, shop::order_placed{std::to_string(i), 1});
  run_sql("CREATE TABLE " + schema.name() + ".days (day TEXT PRIMARY KEY); INSERT INTO " +
          schema.name() + ".days SELECT i::text FROM generate_series(0, 9) i WHERE i <> 6");
  auto handle =
      e.start(projection{"revenue"}
                  .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT REFERENCES days "
                         "DEFERRABLE INITIALLY DEFERRED, cents BIGINT)")
                  .on<shop::order_placed>([](read_model& db, const shop::order_placed& o) {
                    db.execute("INSERT INTO revenue VALUES ($1, $2)", o.day, o.cents);
                  })
                  .retry(tries(2)));
  REQUIRE(handle.wait_until_caught_up(patience) == wait_result::reached);
  const auto letters = e.dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == 7);
  CHECK(letters[0].attempts.size() == 2);
  CHECK(letters[0].error.find("23503") != std::string::npos);
  const auto counted = [&] {
    return e.read("revenue").query_value<std::string>(
        "SELECT count(*) || ' of ' || count(DISTINCT day) FROM revenue");
  };
  CHECK(counted() == "9 of 9");

  const auto report = e.retry({.id = letters[0].id});
  REQUIRE(report.keys.size() == 1);
  REQUIRE(report.keys[0].failed);
  CHECK(report.keys[0].failed->error.find("23503") != std::string::npos);
  CHECK(e.letter(letters[0].id)->letter.attempts.size() == 3);
  run_sql("INSERT INTO " + schema.name() + ".days VALUES ('6')");
  CHECK(e.retry({.id = letters[0].id}).complete());
  CHECK(e.dead_letters().empty());
  CHECK(counted() == "10 of 10");
}

TEST_CASE("events that a broken upcaster can't lift, in PostgreSQL") {
  const postgres_schema schema;
  undecodable_events_are_kept([&] { return open(schema.address()); });
}

TEST_CASE("a row of a log in PostgreSQL that is no JSON") {
  const postgres_schema schema;
  broken_rows_are_kept([&] { return open(schema.address()); },
                       [&](const std::string& literal) {
                         run_sql("UPDATE " + schema.name() + ".events SET data = " + literal +
                                 " WHERE position = 1");
                       });
}

TEST_CASE_METHOD(engine_fixture, "a store that fails at one event and serves others is told so") {
  const postgres_schema schema;
  engine e{open(schema.address()), options()};
  e.start(shop::revenue());
  const auto other = e.start(projection{"other"}.on<shop::order_placed>(
      [](read_model& db, const shop::order_placed&) { (void)db.query("SELECT 1"); }));
  e.append("o-1", no_stream, shop::order_placed{"monday", 1});
  REQUIRE(e.wait_until("revenue", 1, patience) == wait_result::reached);
  run_sql("SET search_path = " + schema.name() +
          "; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
          "RAISE 'could not serialize access' USING ERRCODE = '40001'; END $$; "
          "CREATE TRIGGER refuse BEFORE INSERT ON revenue FOR EACH ROW "
          "WHEN (new.day = 'stuck') EXECUTE FUNCTION refuse()");
  e.append("o-2", no_stream, shop::order_placed{"stuck", 1});
  CHECK(explains(e, "revenue",
                 "projection \"revenue\" is degraded at position 1 since {time}: stalled in "
                 "OrderPlaced {id} at position 2: the store serves others and failed here {n} "
                 "times "
                 "running, at last with: {library}could not serialize access{library} after {n} "
                 "failures in a row, next try {when}; it goes on by itself, and nothing is "
                 "lost"));
  CHECK(other.wait_until(2, patience) == wait_result::reached);
  CHECK(e.status("revenue").set_aside.letters == 0);
  run_sql("DROP TRIGGER refuse ON " + schema.name() + ".revenue");
  CHECK(e.wait_until("revenue", 2, patience) == wait_result::reached);
}

namespace {

/// Orders of ten days, into a table that refuses the seventh with `sqlstate`: at once, or only when
/// the transaction is to be committed.
void put_in_the_way(engine& in, const postgres_schema& schema, bool at_commit,
                    const std::string& action) {
  run_sql("SET search_path = " + schema.name() +
          "; CREATE TABLE revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL); "
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
          action + "; RETURN new; END $$; CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON "
          "revenue DEFERRABLE INITIALLY " + (at_commit ? "DEFERRED" : "IMMEDIATE") +
          " FOR EACH ROW WHEN (new.day = '6') EXECUTE FUNCTION refuse()");
  std::vector<append_command> commands;
  for (int i = 0; i < 10; ++i)
    commands.push_back(order("o-" + std::to_string(i), std::to_string(i), 1));
  (void)in.append_all(std::move(commands));
}

} // namespace

TEST_CASE_METHOD(engine_fixture, "the event at which a store fails a whole batch is found") {
  constexpr auto insert = "INSERT INTO revenue VALUES ($1, $2)";
  const bool at_commit = GENERATE(false, true);
  const bool as_batch = GENERATE(true, false);
  CAPTURE(at_commit, as_batch);
  const postgres_schema schema;
  engine e{open(schema.address()), options()};
  put_in_the_way(e, schema, at_commit,
                 "RAISE 'could not serialize access' USING ERRCODE = '40001'");
  if (as_batch)
    e.start(projection{"revenue"}.on_batch<shop::order_placed>(
        [](read_model& db, batch_of<shop::order_placed> orders) {
          for (const auto& each : orders)
            db.execute(insert, each.data.day, each.data.cents);
        }));
  else
    e.start(projection{"revenue"}.on<shop::order_placed>(
        [](read_model& db, const shop::order_placed& o) { db.execute(insert, o.day, o.cents); }));
  CHECK(explains(e, "revenue",
                 "projection \"revenue\" is degraded at position 6 since {time}: stalled in "
                 "OrderPlaced {id} at position 7: the store serves others and failed here {n} "
                 "times running, at last with: {library}could not serialize access{library} after "
                 "{n} failures in a row, next try {when}; it goes on by itself, and nothing is "
                 "lost"));
  CHECK(cents_of(e) == 6);
  CHECK(e.status("revenue").set_aside.letters == 0);
  run_sql("DROP TRIGGER refuse ON " + schema.name() + ".revenue");
  CHECK(e.wait_until("revenue", 10, patience) == wait_result::reached);
  CHECK(cents_of(e) == 10);
}

TEST_CASE_METHOD(engine_fixture, "a table that only a trigger of the commit misses is the "
                                 "projection's fault") {
  const postgres_schema schema;
  engine e{open(schema.address()), options()};
  put_in_the_way(e, schema, true, "INSERT INTO refused VALUES (new.day)");
  e.start(projection{"revenue"}.on<shop::order_placed>(
      [](read_model& db, const shop::order_placed& o) {
        db.execute("INSERT INTO revenue VALUES ($1, $2)", o.day, o.cents);
      }).batch({.max_transaction = std::chrono::hours{1}}));
  REQUIRE(eventually([&] { return e.status("revenue").state == projection_state::failed; }));
  CHECK_THAT(e.explain("revenue"), Catch::Matchers::ContainsSubstring("42P01") &&
                                       Catch::Matchers::ContainsSubstring("\"refused\""));
  CHECK(e.status("revenue").set_aside.letters == 0);
  CHECK(cents_of(e) == 0);
  run_sql("CREATE TABLE " + schema.name() + ".refused (day TEXT)");
  e.resume("revenue");
  CHECK(e.wait_until("revenue", 10, patience) == wait_result::reached);
  CHECK(cents_of(e) == 10);
}
