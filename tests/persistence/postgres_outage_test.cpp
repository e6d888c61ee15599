// A server of its own, to which happens what happens to servers: restarts, full disks, copies that
// lag, old backups, settings that waymark can't work with.
#include "tests/catch.hpp"

#include "persistence/postgres/stale_owner.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/persistence/raw_session.hpp"
#include "tests/supervisors/engine_fixture.hpp"
#include "tests/supervisors/sentence.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <cstdlib>
#include <fstream>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;

const postgres_server& own_server() {
  postgres_server::start_own();
  return postgres_server::instance();
}

std::string port(std::string address, const std::string& number) {
  return address + "&port=" + number;
}

template <class Exception>
std::string text_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    return e.what();
  }
  return "it went well";
}

bool mentions(const engine& it, const std::string& part) {
  return eventually(
      [&] { return it.explain("revenue").find(part) != std::string::npos; });
}

/// The server's disk is full for as long as this lives.
class full_disk {
 public:
  explicit full_disk(const postgres_server& of) : of_{of} { of_.set_disk_full(true); }
  ~full_disk() { of_.set_disk_full(false); }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

 private:
  const postgres_server& of_;
};

/// An engine on the server that has projected 20 orders.
class outage : public engine_fixture {
 public:
  outage() {
    it.start(shop::revenue());
    REQUIRE(it.wait_until("revenue", place_orders(it, 20), patience) == wait_result::reached);
  }

  /// Goes on by itself: everything is projected, once.
  void check_goes_on(int more) {
    REQUIRE(eventually([&] {
      try {
        return it.wait_until("revenue", place_orders(it, more, "more-" + std::to_string(++run)),
                             patience) == wait_result::reached;
      } catch (const store_error&) { // sent into the outage
        return false;
      }
    }));
    CHECK(cents_of(it) == it.head());
    CHECK(eventually([&] { return it.status("revenue").state == projection_state::running; }));
  }

  const postgres_server& server = own_server();
  postgres_schema schema;
  engine it{waymark::open(schema.address()), options()};
  int run = 0;
};

} // namespace

TEST_CASE_METHOD(outage, "an engine goes on after any of its sessions was ended") {
  const auto mine = postgres::session_name(this_process_instance());
  const auto renewed_at = [&] { return it.checkpoint("revenue")->renewed_at; };
  for (const std::string purpose :
       {"append", "read", "unit", "other", "query", "renew", "listen"}) {
    CAPTURE(purpose);
    REQUIRE(eventually([&] {
      return run_sql("SELECT count(pg_terminate_backend(pid, 20000)) FROM pg_stat_activity "
                     "WHERE application_name = '" +
                     mine + " " + purpose + "'") != "0";
    }));
    if (purpose == "renew") { // while nothing else touches the row
      const auto before = renewed_at();
      CHECK(eventually([&] { return renewed_at() > before; }));
    }
    check_goes_on(5);
  }
}

TEST_CASE_METHOD(outage, "a server that is away is waited for, and the status says so") {
  server.control("-m fast stop");
  CHECK_THROWS_AS(place_orders(it, 1, "away-"), store_error);
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is degraded at position {n} since {time}: can't read the "
                 "log: {path}: {library} (connect); it goes on by itself, and nothing is lost"));
  server.control("start");
  check_goes_on(5);
}

TEST_CASE_METHOD(outage, "settings that the server has read anew are nobody's fault") {
  using contract::step;
  const auto store = waymark::open(schema.address());
  const auto owner = contract::own(*store.projections, contract::request_of("p", "a"));
  const auto shown = [](read_model& db) {
    return db.query_value<std::string>("SHOW statement_timeout");
  };
  const auto change_to = [&](const std::string& value) {
    run_sql("ALTER SYSTEM SET statement_timeout = '" + value + "'");
    run_sql("SELECT pg_reload_conf()");
  };
  const auto meets_the_change = [&](const std::string& value) {
    CAPTURE(value);
    auto unit = store.projections->begin(owner);
    change_to(value);
    REQUIRE(eventually([&] { return shown(unit->model()) == value; }));
    CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
  };
  const auto handler_is_to_blame = [&] {
    auto unit = store.projections->begin(owner);
    unit->model().execute("DO $$ BEGIN SET timezone = 'Asia/Tokyo'; END $$");
    CHECK_THROWS_AS(unit->commit(step(0, 1)), projection_error);
  };
  change_to("1h");
  check_goes_on(5);
  meets_the_change("2h");
  handler_is_to_blame();
  CHECK(store.projections->begin(owner)->commit(step(0, 0)) == commit_status::committed);
  store.projections->allow_handlers("p", 1h); // a setting of the transaction's own besides
  meets_the_change("3h");
  handler_is_to_blame();
  CHECK(store.projections->begin(owner)->commit(step(0, 1)) == commit_status::committed);
  check_goes_on(5);
  run_sql("ALTER SYSTEM RESET statement_timeout");
  run_sql("SELECT pg_reload_conf()");
  check_goes_on(5);
  CHECK(it.status("revenue").set_aside.letters == 0);
}

TEST_CASE_METHOD(engine_fixture, "read models whose server is away are waited for") {
  const auto& server = own_server();
  const postgres_schema schema;
  engine it{open_file(), options()};
  it.start(shop::revenue().into(open(schema.address()).projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  server.control("-m fast stop");
  const auto token = place_orders(it, 5, "more-");
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is degraded at position 5 since {time}: its store can't "
                 "serve ({library}) after {n} failures in a row, next try {when}; it goes on by "
                 "itself, and nothing is lost"));
  server.control("start");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 10);
}

TEST_CASE_METHOD(engine_fixture, "a full disk is waited for, and the status says so") {
  const auto& server = own_server();
  const postgres_schema schema;
  engine it{waymark::open(schema.address()), options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
  std::vector<append_command> commands;
  for (int i = 0; i < 3000; ++i) // days of their own, so that the table has to grow
    commands.push_back(order("full-" + std::to_string(i), std::string(200, 'd') + std::to_string(i),
                             1));
  it.pause("revenue");
  const auto last = it.append_all(std::move(commands)).back().value_or_throw();
  {
    const full_disk full{server};
    it.resume("revenue");
    CHECK(mentions(it, "disk is full"));
    CHECK(mentions(it, "is degraded"));
    CHECK(it.status("revenue").set_aside.letters == 0);
  }
  CHECK(it.wait_until("revenue", last, patience) == wait_result::reached);
  CHECK(cents_of(it) == it.head());
}

TEST_CASE_METHOD(engine_fixture, "appends to a log whose disk is full fail, and go on by "
                                 "themselves") {
  const auto& server = own_server();
  const postgres_schema schema;
  engine it{waymark::open(schema.address()), options()};
  it.start(shop::revenue());
  std::vector<std::pair<std::string, position_t>> acknowledged;
  std::string said;
  const auto append = [&] { // of a kilobyte each, so that the log has to grow before long
    const auto id = "o-" + std::to_string(acknowledged.size());
    acknowledged.emplace_back(
        id, it.append(order(id, std::string(1'000, 'd'), 1)).last_position);
  };
  for (int i = 0; i < 20; ++i)
    append();
  {
    const full_disk full{server};
    CHECK(eventually([&] {
      said = text_of<store_error>(append);
      return said != "it went well";
    }));
    CHECK_THAT(said, ContainsSubstring("53100") && ContainsSubstring("disk is full; make room"));
    CHECK(it.head() == acknowledged.back().second); // is read, and what was in the log is handled
    CHECK_THROWS_AS(append(), store_error);
  }
  for (int i = 0; i < 20; ++i)
    append();
  CHECK(it.wait_until("revenue", it.head(), patience) == wait_result::reached);
  CHECK(it.head() == static_cast<position_t>(acknowledged.size()));
  for (const auto& [id, position] : acknowledged) {
    const auto found = it.log().read_stream({"Order", id}, {});
    REQUIRE(found.size() == 1);
    CHECK(found.front().position == position);
  }
  CHECK(cents_of(it) == it.head());
}

TEST_CASE_METHOD(engine_fixture, "a log restored from an older backup is noticed") {
  const auto& server = own_server();
  const postgres_schema schema;
  const auto dump =
      "{bin}/pg_dump -h {folder} -U waymark -n " + schema.name() + " -f backup.sql postgres";
  const auto restore =
      "{bin}/psql -h {folder} -U waymark -q -v ON_ERROR_STOP=1 -f backup.sql postgres";
  const auto project = [&](engine& it) {
    it.start(shop::revenue().into(open_file().projections));
  };
  {
    engine it{waymark::open(schema.address()), options()};
    project(it);
    place_orders(it, 10);
    REQUIRE(server.run_as_owner(dump));
    REQUIRE(it.wait_until("revenue", place_orders(it, 10, "later-"), patience) ==
            wait_result::reached);
  }
  run_sql("SET client_min_messages = error; DROP SCHEMA " + schema.name() + " CASCADE");
  REQUIRE(server.run_as_owner(restore));
  {
    engine it{waymark::open(schema.address()), options()};
    project(it);
    REQUIRE(mentions(it, "diverged"));
    CHECK_THAT(it.explain("revenue"), ContainsSubstring("restored from an older copy"));
  }
  {
    engine it{waymark::open(schema.address()), options()};
    CHECK(place_orders(it, 20, "other-").last_position == 30); // other events take the positions
    project(it);
    REQUIRE(mentions(it, "diverged"));
    CHECK_THAT(it.explain("revenue"), ContainsSubstring("the log was replaced"));
    CHECK(cents_of(it) == 20);
    it.reset("revenue");
    CHECK(it.wait_until("revenue", 30, patience) == wait_result::reached);
    CHECK(cents_of(it) == 30);
  }
}

TEST_CASE_METHOD(engine_fixture, "a standby is read, refuses appends, and is waited for") {
  const auto& server = own_server();
  const postgres_schema schema;
  const auto primary = waymark::open(schema.address());
  primary.events->append(order("first", "monday", 1));
  REQUIRE(server.run_as_owner("{bin}/pg_basebackup -h {folder} -U waymark -D standby -R -c fast "
                              "&& echo port=5433 >>standby/postgresql.conf"));
  server.control("start", "standby");
  {
    const auto copy = waymark::open(port(schema.address(), "5433"));
    CHECK(copy.events->is_replica());
    CHECK_FALSE(primary.events->is_replica());
    CHECK(copy.events->log_id() == primary.events->log_id());
    CHECK(copy.events->wait_for(0, patience) == 1);
    CHECK(copy.events->read_all(0).events.size() == 1);
    CHECK_THAT(text_of<store_error>([&] { copy.events->append(order("x", "monday", 1)); }),
               ContainsSubstring("standby"));
    const auto projects = [&](const store& log, position_t up_to) {
      engine it{log, options()};
      it.start(shop::revenue().into(open_file().projections));
      CHECK(it.wait_until("revenue", up_to, patience) == wait_result::reached);
      CHECK(cents_of(it) == up_to);
    };
    projects(copy, 1);
    raw_session on_standby{"test", "5433"};
    on_standby.run("SELECT pg_wal_replay_pause()");
    REQUIRE(eventually(
        [&] { return on_standby.run("SELECT pg_get_wal_replay_pause_state()") == "paused"; }));
    primary.events->append(order("second", "monday", 1));
    projects(primary, 2);
    engine it{copy, options()};
    it.start(shop::revenue().into(open_file().projections));
    CHECK(explains(it, "revenue",
                   "projection \"revenue\" is degraded at position 0 since {time}: waiting for "
                   "replica: the checkpoint is at position 2, and {path}, which follows another "
                   "server, has come to 1 after {n} failures in a row, next try {when}; it goes on "
                   "by itself, and nothing is lost"));
    on_standby.run("SELECT pg_wal_replay_resume()");
    primary.events->append(order("third", "monday", 1));
    CHECK(it.wait_until("revenue", 3, patience) == wait_result::reached);
    CHECK(cents_of(it) == 3);
  }
  server.control("-m immediate stop", "standby");
}

TEST_CASE("prepared transactions are refused unless allowed, and named when they hold the lock") {
  const auto& server = own_server();
  const postgres_schema schema;
  run_sql("ALTER SYSTEM SET max_prepared_transactions = 5");
  server.control("restart");
  CHECK_THAT(text_of<incompatible_store>([&] { (void)waymark::open(schema.address()); }),
             ContainsSubstring("prepared_transactions=allow"));
  {
    const auto events = waymark::open(schema.address("&prepared_transactions=allow")).events;
    CHECK(events->append_obstacle().empty());
    raw_session own{"nightly import"};
    own.run("BEGIN");
    own.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
    CHECK_THAT(events->append_obstacle(), ContainsSubstring("\"nightly import\" of waymark"));
    CHECK_THAT(events->append_obstacle(), ContainsSubstring("idle in transaction"));
    own.run("PREPARE TRANSACTION 'forgotten'");
    CHECK_THAT(events->append_obstacle(), ContainsSubstring("prepared transaction \"forgotten\""));
    own.run("ROLLBACK PREPARED 'forgotten'");
    CHECK(events->append_obstacle().empty());
  }
  run_sql("ALTER SYSTEM RESET max_prepared_transactions");
  server.control("restart");
}

TEST_CASE("a database whose own advisory locks do nothing, or are an error, is refused") {
  own_server();
  const auto name = postgres_schema{}.name();
  run_sql("CREATE DATABASE " + name);
  auto address = postgres_server::instance().address;
  address.replace(address.find("/postgres?"), 10, "/" + name + "?");
  raw_session there{"test", "5432", name};
  there.run("SET allow_system_table_mods = on");
  // Only what the planner puts in the place of the call is run instead of the server's own code.
  const auto becomes = [&](const std::string& expression) {
    there.run("CREATE OR REPLACE FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) "
              "RETURNS boolean LANGUAGE sql AS 'SELECT " + expression + "'");
  };
  const auto raises = [&](const std::string& sqlstate, const std::string& message) {
    there.run("CREATE OR REPLACE FUNCTION public.refuse() RETURNS boolean LANGUAGE plpgsql AS "
              "$$ BEGIN RAISE '" + message + "' USING ERRCODE = '" + sqlstate + "'; END $$");
    becomes("public.refuse()");
  };
  becomes("true");
  CHECK_THAT(text_of<incompatible_store>([&] { (void)waymark::open(address); }),
             ContainsSubstring("advisory locks do not exclude"));
  for (const std::string sqlstate : {"0A000", "42883", "XX000"}) {
    raises(sqlstate, "not here");
    CHECK_THAT(text_of<incompatible_store>([&] { (void)waymark::open(address); }),
               ContainsSubstring("there are no advisory locks here") &&
                   ContainsSubstring("not here [" + sqlstate + "]"));
  }
  raises("53200", "out of locks"); // which may be better the next time
  CHECK_THAT(text_of<store_error>([&] { (void)waymark::open(address); }),
             ContainsSubstring("out of locks"));
  CHECK(there.run("SELECT count(*) FROM pg_namespace WHERE nspname = 'waymark'") == "0");
}

TEST_CASE_METHOD(engine_fixture, "a password over TLS works and shows nowhere") {
  const auto& server = own_server();
  if (!server.run_as_owner("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
                           "-keyout data/server.key -out data/server.crt && chmod 600 "
                           "data/server.key"))
    FAIL("no certificate could be made; install the package openssl");
  const postgres_schema schema;
  const auto role = "r" + schema.name();
  const std::string password = "s3cr:t/w@rd", encoded = "s3cr%3At%2Fw%40rd";
  run_sql("CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + password + "'");
  REQUIRE(server.run_as_owner("printf 'local all all trust\\n"
                              "hostssl all all 127.0.0.1/32 scram-sha-256\\n' >data/pg_hba.conf"));
  const auto tcp = std::to_string(20'000 + ::getpid() % 12'000);
  run_sql("ALTER SYSTEM SET ssl = on");
  run_sql("ALTER SYSTEM SET listen_addresses = '127.0.0.1'");
  run_sql("ALTER SYSTEM SET port = " + tcp);
  server.control("restart");
  const auto address = [&](const std::string& word) {
    return "postgresql://" + role + ":" + word + "@127.0.0.1:" + tcp +
           "/postgres?sslmode=require&schema=" + schema.name() + "&search_path=" + schema.name();
  };
  std::string said;
  {
    engine it{waymark::open(address(encoded)), options()};
    it.start(shop::revenue());
    CHECK(it.wait_until("revenue", place_orders(it, 5), patience) == wait_result::reached);
    CHECK(it.read("revenue").query_value<std::string>(
              "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()") != "");
    server.control("-m fast stop");
    said += text_of<store_error>([&] { place_orders(it, 1, "away-"); });
    CHECK(mentions(it, "degraded"));
    said += it.explain("revenue") + it.log().address();
    server.control("start");
    CHECK(eventually([&] { return it.status("revenue").state == projection_state::running; }));
  }
  said += text_of<store_error>([&] { (void)waymark::open(address("wr%40ng" + encoded)); });
  CHECK_THAT(said, ContainsSubstring("authentication failed"));
  for (const auto& line : lines.all())
    said += line;
  CHECK_THAT(said, !ContainsSubstring(password) && !ContainsSubstring(encoded) &&
                       !ContainsSubstring("wr@ng"));
  raw_session{"test", tcp}.run("ALTER SYSTEM RESET ALL");
  server.control("restart");
}

} // namespace waymark::test
