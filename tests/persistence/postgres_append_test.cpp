// What the append function and its notifications promise, seen by other clients of the server.
#include "tests/catch.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/postgres/append_call.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/postgres_event_store.hpp"
#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_claims.hpp"
#include "tests/eventually.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/raw_session.hpp"

#include <waymark/persistence/store.hpp>

#include <poll.h>
#include <pthread.h>

#include <filesystem>
#include <functional>

namespace waymark::test {

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using contract::command;
using contract::event_of;
using std::chrono::steady_clock;

/// Has `body` run before each event is inserted.
void before_each_event(const postgres_schema& schema, const std::string& body,
                       const std::string& when = "") {
  run_sql("CREATE FUNCTION " + schema.name() + ".watch() RETURNS trigger LANGUAGE plpgsql AS $$ " +
          "BEGIN " + body + "; RETURN new; END $$; CREATE TRIGGER watch BEFORE INSERT ON " +
          schema.name() + ".events FOR EACH ROW " + when + " EXECUTE FUNCTION " + schema.name() +
          ".watch()");
}

/// Does something once, where a fault point says.
class listening_at {
 public:
  listening_at(std::string_view place, std::function<void()> action) {
    wanted = {place, std::move(action)};
    fault_hook = [](const char* here) {
      if (wanted.first != here)
        return;
      fault_hook = nullptr;
      wanted.second();
    };
  }
  ~listening_at() { fault_hook = nullptr; }

 private:
  static inline std::pair<std::string_view, std::function<void()>> wanted;
};

/// Hears what is notified on a channel.
class raw_listener {
 public:
  explicit raw_listener(const std::string& channel)
      : on_{PQconnectdb(postgres_server::instance().address.c_str()), PQfinish} {
    PQclear(PQexec(on_.get(), ("LISTEN " + channel).c_str()));
  }

  /// The payload of the next one; empty if none comes.
  std::optional<std::string> next(std::chrono::seconds at_most) {
    const auto end = steady_clock::now() + at_most;
    for (;;) {
      PQconsumeInput(on_.get());
      const std::unique_ptr<PGnotify, void (*)(void*)> found{PQnotifies(on_.get()), PQfreemem};
      if (found)
        return found->extra;
      if (steady_clock::now() > end)
        return std::nullopt;
      pollfd socket{PQsocket(on_.get()), POLLIN, 0};
      (void)::poll(&socket, 1, 100);
    }
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> on_;
};

} // namespace

TEST_CASE("of a group the server refuses one command, and takes the others") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  before_each_event(schema, "RAISE 'not on a sunday'", "WHEN (new.event_type = 'Bad')");
  for (position_t first = 1; first <= 3; first += 2) {
    const std::vector<append_command> group{command("a", any_version, {event_of("A")}),
                                            command("b", any_version, {event_of("Bad")}),
                                            command("c", any_version, {event_of("C")})};
    const auto results = events->append(group);
    REQUIRE(results.size() == 3);
    CHECK(results[0].value_or_throw().last_position == first);
    CHECK(results[1].state == append_result::status::refused);
    CHECK_THAT(results[1].problem, ContainsSubstring("not on a sunday"));
    CHECK(results[2].value_or_throw().last_position == first + 1);
  }
  CHECK(events->head() == 4);
  CHECK(events->read_all(0).events.size() == 4);
}

TEST_CASE("commands that were written are not called lost when others of the group can't be told") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  const auto known = contract::command("known", any_version, {contract::event_with(uuid::v7())});
  events->append(known);
  listening_at at{"append.after_commit", [] {
                    run_sql("SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
                            "WHERE application_name LIKE '% append'");
                  }};
  const auto results = events->append(std::vector<append_command>{
      command("new", any_version, {event_of("A")}), known});
  REQUIRE(results.size() == 2);
  CHECK(results[0].value_or_throw().last_position == 2);
  CHECK(results[1].value_or_throw().last_position == 1);
  CHECK(events->head() == 2);
}

TEST_CASE("who waits for the log is woken also by an append whose answer was lost") {
  const postgres_schema schema;
  postgres::database in{postgres::address::parse(schema.address()), {}};
  postgres::postgres_event_store events{std::shared_ptr<postgres::database>{&in, [](auto*) {}}};
  listening_at at{"append.after_commit",
                  [] { throw store_error{"it is lost", store_error::outcome::unknown}; }};
  CHECK(events.append(command("s", any_version, {event_of("A")})).last_position == 1);
  const std::lock_guard lock{in.growth().mutex};
  CHECK(in.growth().signals > 0);
}

TEST_CASE("an append of which nobody can be told is an append") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  const auto descriptors = [] {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return std::distance(begin(all), end(all));
  };
  static_cast<void>(events->head());
  pthread_attr_t usual, too_large;
  REQUIRE(pthread_getattr_default_np(&usual) == 0);
  REQUIRE(pthread_attr_init(&too_large) == 0);
  REQUIRE(pthread_attr_setstacksize(&too_large, std::size_t{1} << 47) == 0);
  REQUIRE(pthread_setattr_default_np(&too_large) == 0); // no thread can be made
  const auto before = descriptors();
  std::string problem;
  try {
    for (int i = 0; i < 5; ++i)
      events->append(command("s", any_version, {event_of("A")}));
  } catch (const std::exception& e) {
    problem = e.what();
  }
  const auto after = descriptors();
  REQUIRE(pthread_setattr_default_np(&usual) == 0);
  CHECK(problem.empty());
  CHECK(after <= before);
  CHECK(events->wait_for(4, 30s) == 5);
}

TEST_CASE("a call holds events of so many bytes, metadata among them") {
  auto large = command("s", any_version, {event_of("A")});
  large.events.front().metadata = '"' + std::string(20'000'000, 'x') + '"';
  const std::vector<const append_command*> commands{&large, &large};
  CHECK(postgres::append_call{commands, std::nullopt}.size() == 1);
}

TEST_CASE("an append has its own lock timeout and is as durable as the session or more") {
  const postgres_schema schema;
  (void)open(schema.address());
  run_sql("CREATE TABLE " + schema.name() + ".seen (settings text)");
  before_each_event(schema, "DELETE FROM " + schema.name() + ".seen; INSERT INTO " +
                                schema.name() +
                                ".seen VALUES (current_setting('lock_timeout') || ' ' || "
                                "current_setting('synchronous_commit'))");
  raw_session other;
  other.run("SET lock_timeout = 0");
  for (const auto& [session, appends] : {std::pair{"off", "on"},
                                         {"local", "on"},
                                         {"remote_write", "on"},
                                         {"on", "on"},
                                         {"remote_apply", "remote_apply"}}) {
    CAPTURE(session);
    other.run(std::string{"SET synchronous_commit = "} + session);
    other.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
    CHECK(run_sql("SELECT settings FROM " + schema.name() + ".seen") ==
          std::string{"10s "} + appends);
    CHECK(other.run("SHOW lock_timeout") == "0");
    CHECK(other.run("SHOW synchronous_commit") == session);
  }
}

TEST_CASE("appends are notified at once, and many of them once in a while") {
  const postgres_schema schema;
  (void)open(schema.address());
  const auto in = std::make_shared<postgres::database>(postgres::address::parse(schema.address()),
                                                       postgres::database_options{});
  postgres::postgres_event_store events{in};
  REQUIRE(eventually([&] { return in->listener().hears(); }));
  const auto channel = "waymark_" + schema.name();
  raw_listener heard{channel};
  auto begun = steady_clock::now();
  events.append(command("s", any_version, {event_of("A")}));
  REQUIRE(heard.next(8s)); // in less than the check that comes every 10 s
  for (int i = 0; i < 200; ++i)
    events.append(command("s", any_version, {event_of("A")}));
  run_sql("NOTIFY " + channel + ", 'end'");
  int count = 1;
  for (;;) {
    const auto next = heard.next(60s);
    REQUIRE(next);
    if (*next == "end")
      break;
    ++count;
  }
  CHECK(count > 1);
  CHECK(count <= (steady_clock::now() - begun) / 5ms + 2);
}

TEST_CASE("rows of execute_many are one statement") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  const auto table = schema.name() + ".many";
  run_sql("CREATE TABLE " + table + " (x bigint); CREATE TABLE " + schema.name() +
          ".statements (x bigint); CREATE FUNCTION " + schema.name() +
          ".note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO " + schema.name() +
          ".statements VALUES (1); RETURN NULL; END $$; CREATE TRIGGER note AFTER INSERT ON " +
          table + " FOR EACH STATEMENT EXECUTE FUNCTION " + schema.name() + ".note()");
  const auto owner = contract::own(*projections, contract::request_of("p", "a"));
  auto unit = projections->begin(owner);
  const std::vector<std::int64_t> numbers{1, 2, 3, 4, 5};
  CHECK(unit->model().execute_many("INSERT INTO many VALUES ($1)", numbers) == 5);
  CHECK(unit->commit(contract::step(0, 1)) == commit_status::committed);
  CHECK(run_sql("SELECT count(*) FROM " + table) == "5");
  CHECK(run_sql("SELECT count(*) FROM " + schema.name() + ".statements") == "1");
}

TEST_CASE("rows of execute_many see those before, whatever function reads the table") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  const auto run = [&](const std::string& sql) {
    return run_sql("SET search_path = " + schema.name() + "; " + sql);
  };
  run("CREATE TABLE many (x bigint, n bigint); CREATE FUNCTION next_n() RETURNS bigint LANGUAGE "
      "sql STABLE AS 'SELECT coalesce(max(n), 0) + 1 FROM many'");
  auto unit = projections->begin(contract::own(*projections, contract::request_of("p", "a")));
  const std::vector<std::int64_t> numbers{1, 2, 3};
  CHECK(unit->model().execute_many("INSERT INTO many VALUES ($1, next_n())", numbers) == 3);
  CHECK(unit->commit(contract::step(0, 1)) == commit_status::committed);
  CHECK(run_sql("SELECT string_agg(n::text, ' ' ORDER BY x) FROM " + schema.name() + ".many") ==
        "1 2 3");
}

} // namespace waymark::test
