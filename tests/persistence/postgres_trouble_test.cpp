// What a server does to its sessions, and other people to the server.
#include "tests/catch.hpp"

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/hearing.hpp"
#include "persistence/postgres/postgres_event_store.hpp"
#include "persistence/postgres/running_units.hpp"
#include "persistence/postgres/stale_owner.hpp"
#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/eventually.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/raw_session.hpp"

#include <waymark/persistence/store.hpp>

#include <future>
#include <memory>
#include <set>
#include <thread>

namespace waymark::test {

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using contract::command;
using contract::event_of;
using contract::own;
using contract::request_of;
using contract::step;

const std::string& my_sessions() {
  static const auto name = postgres::session_name(this_process_instance());
  return name;
}

std::string sessions_like(const std::string& purpose) {
  return "FROM pg_stat_activity WHERE application_name LIKE '" + my_sessions() + " " + purpose +
         "'";
}

/// Ends sessions of this process and waits until they are gone.
void terminate(const std::string& purpose = "%") {
  run_sql("SELECT count(pg_terminate_backend(pid, 20000)) " + sessions_like(purpose));
}

} // namespace

TEST_CASE("sessions that were ended while idle are made anew without a word") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  store.projections->prepare_tables(contract::revenue_table());
  auto owner = own(*store.projections, request_of("p", "a"));
  for (int round = 0; round < 3; ++round) {
    terminate();
    CHECK(store.events->append(command("s", any_version, {event_of("A")})).last_position ==
          round + 1);
    CHECK(store.events->wait_for(round, 30s) == round + 1);
    CHECK(store.events->read_all(0).events.size() == static_cast<std::size_t>(round) + 1);
    auto unit = store.projections->begin(owner);
    unit->model().execute(contract::add_revenue, "monday", 5);
    CHECK(unit->commit(step(round, round + 1)) == commit_status::committed);
    CHECK(contract::revenue(*store.projections) == 5 * (round + 1));
  }
}

TEST_CASE("a unit of work whose session is ended is a store fault and leaves nothing") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  store.projections->prepare_tables(contract::revenue_table());
  const auto owner = own(*store.projections, request_of("p", "a"));
  {
    auto unit = store.projections->begin(owner);
    unit->model().execute(contract::add_revenue, "monday", 5);
    terminate("unit");
    CHECK_THROWS_AS(unit->model().execute(contract::add_revenue, "monday", 5), store_error);
    CHECK(unit->failed());
    CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
  }
  {
    auto unit = store.projections->begin(owner);
    unit->model().execute(contract::add_revenue, "monday", 5);
    terminate("unit");
    CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
  }
  CHECK(contract::revenue(*store.projections) == 0);
  CHECK(store.projections->load(owner.key)->position == 0);
  CHECK(store.projections->begin(owner)->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE("appends whose sessions are ended at any moment are written once") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  std::atomic<bool> done{false};
  std::thread killer{[&] {
    for (int i = 0; i < 40; ++i)
      terminate("append");
    done = true;
  }};
  std::vector<uuid> acknowledged, uncertain;
  while (!done) {
    const auto id = uuid::v7();
    try {
      events->append(command("s", any_version, {contract::event_with(id)}));
      acknowledged.push_back(id);
    } catch (const store_error&) {
      uncertain.push_back(id);
    }
  }
  killer.join();
  for (const auto& id : uncertain) // sent again, each takes effect once
    events->append(command("s", any_version, {contract::event_with(id)}));
  std::set<uuid> found;
  position_t last = 0;
  for (;;) {
    const auto page = events->read_all(last);
    for (const auto& e : page.events) {
      CHECK(e.position == ++last);
      CHECK(e.aggregate_version == last);
      CHECK(found.insert(e.event_id).second);
    }
    if (last == page.head)
      break;
  }
  CHECK(found.size() == acknowledged.size() + uncertain.size());
  for (const auto& id : acknowledged)
    CHECK(found.contains(id));
}

TEST_CASE("who holds appends up is named") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  run_sql("DO $$ BEGIN EXECUTE (SELECT 'ALTER FUNCTION ' || oid::regprocedure || "
          "' SET lock_timeout = ''100ms''' FROM pg_proc WHERE proname = 'append' AND "
          "pronamespace = '" +
          schema.name() + "'::regnamespace); END $$");
  raw_session slow{"nightly import"};
  slow.run("BEGIN");
  slow.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
  try {
    events->append(command("s", any_version, {event_of("A")}));
    FAIL("it did not wait");
  } catch (const store_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("nightly import"));
    CHECK_THAT(e.what(), ContainsSubstring("idle in transaction"));
    CHECK_FALSE(e.outcome_unknown());
  }
  CHECK(events->head() == 0);
  slow.run("COMMIT");
  CHECK(events->append(command("s", any_version, {event_of("A")})).last_position == 2);
}

TEST_CASE("appends that wait longer than their role may are not refused") {
  const postgres_schema schema;
  (void)open(schema.address()).events->head();
  const auto role = "r" + schema.name();
  run_sql("CREATE ROLE " + role + " LOGIN; GRANT ALL ON SCHEMA " + schema.name() + " TO " + role +
          "; GRANT ALL ON ALL TABLES IN SCHEMA " + schema.name() + " TO " + role + "; ALTER ROLE " +
          role + " SET statement_timeout = '200ms'");
  auto address = schema.address();
  address.replace(address.find("user=waymark"), 12, "user=" + role);
  {
    const auto events = open(address).events;
    const std::vector<append_command> group{command("a", any_version, {event_of("A")}),
                                            command("b", any_version, {event_of("B")})};
    raw_session slow{"nightly import"};
    slow.run("BEGIN");
    slow.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
    try {
      (void)events->append(group);
      FAIL("it did not wait");
    } catch (const store_error& e) {
      CHECK_THAT(e.what(), ContainsSubstring("57014"));
      CHECK_THAT(e.what(), ContainsSubstring("nightly import"));
      CHECK(e.retryable());
      CHECK_FALSE(e.outcome_unknown());
    }
    slow.run("COMMIT");
    for (const auto& each : events->append(group))
      CHECK(each.state == append_result::status::appended);
    CHECK(events->head() == 3);
  }
  run_sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("transactions that only write elsewhere hold nobody up") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  run_sql("CREATE TABLE " + schema.name() + ".mine (x BIGINT)");
  raw_session other;
  other.run("BEGIN");
  other.run("INSERT INTO " + schema.name() + ".mine VALUES (1)");
  events->append(command("s", any_version, {event_of("A")}));
  CHECK(events->wait_for(0, 30s) == 1);
  CHECK(events->read_all(0).events.size() == 1);
}

TEST_CASE("notifications arrive, and again after the listener was ended") {
  const postgres_schema schema;
  const auto in = std::make_shared<postgres::database>(
      postgres::address::parse(schema.address()),
      postgres::database_options{.poll_interval = 1h, .fallback_poll = 1h});
  postgres::postgres_event_store reader{in};
  const auto writer = open(schema.address()).events;
  const auto server_time = [] { return run_sql("SELECT clock_timestamp()"); };
  const auto sessions = [&](const std::string& purpose, const std::string& that) {
    return std::stoi(run_sql("SELECT count(*) " + sessions_like(purpose) + " AND query LIKE '%" +
                             schema.name() + "%' AND " + that));
  };
  auto ended_at = server_time();
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    (void)in->listener();
    REQUIRE(eventually([&] { // it, and the writer's once that has begun
      return sessions("listen", "backend_start > '" + ended_at + "'") == (round == 0 ? 1 : 2) &&
             in->listener().hears();
    }));
    const auto began = std::chrono::steady_clock::now();
    const auto waits_since = server_time();
    position_t found = 0;
    std::thread waits{[&] { found = reader.wait_for(round, 2 * patience); }};
    CHECK(eventually([&] { // its own next look comes in an hour
      return sessions("read", "state = 'idle' AND state_change > '" + waits_since + "'") > 0;
    }));
    writer->append(command("s", any_version, {event_of("A")}));
    waits.join();
    CHECK(found == round + 1);
    CHECK(std::chrono::steady_clock::now() - began < 2 * patience);
    ended_at = server_time();
    terminate("listen");
  }
}

TEST_CASE("a listener that is deaf is found out, however often its process appends") {
  const std::chrono::steady_clock::time_point begin{1h};
  const auto answer_within = postgres::hearing::answer_within;
  postgres::hearing ear;
  for (auto at = 0ms; at < 2 * answer_within; at += 5ms) { // each is heard of
    ear.tell(begin + at);
    REQUIRE_FALSE(ear.deaf(begin + at + 4ms));
    ear.hear();
  }
  CHECK_FALSE(ear.deaf(begin + 1h)); // nothing was told
  for (auto at = 0ms; at < answer_within; at += 5ms) { // none is
    REQUIRE_FALSE(ear.deaf(begin + 1h + at));
    ear.tell(begin + 1h + at);
  }
  CHECK(ear.deaf(begin + 1h + answer_within));
}

TEST_CASE("a position whose save was not answered may have been saved") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  run_sql("CREATE FUNCTION " + schema.name() + ".die() RETURNS trigger LANGUAGE plpgsql AS "
          "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
          "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON " + schema.name() +
          ".positions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION " +
          schema.name() + ".die()");
  try {
    projections->save_position("mailer", 5);
    FAIL("it was answered");
  } catch (const store_error& e) {
    CHECK(e.outcome_unknown());
  }
}

TEST_CASE("only the very session of a unit of work is ended from outside") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  const auto owner = own(*store.projections, request_of("p", "a"));
  auto unit = store.projections->begin(owner);
  const auto started_before = [&](const std::string& what) {
    run_sql("UPDATE " + schema.name() + ".sessions SET backend_start = backend_start " + what);
  };
  started_before("- interval '1 hour'"); // as if the number were another session's by now
  CHECK_FALSE(store.projections->interrupt(owner.key));
  CHECK_NOTHROW(unit->model().query("SELECT 1"));
  started_before("+ interval '1 hour'");
  CHECK(store.projections->interrupt(owner.key));
  CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
}

TEST_CASE("a store calls for the appends of others, not for its own, until it shall not") {
  const postgres_schema schema;
  const auto in = std::make_shared<postgres::database>(postgres::address::parse(schema.address()),
                                                       postgres::database_options{});
  postgres::postgres_event_store here{in};
  std::atomic<int> calls{0}, calls_since{0};
  auto asked = here.call_on_foreign_append([&] { ++calls; });
  REQUIRE(asked);
  REQUIRE(eventually([&] { return in->listener().hears(); }));
  const auto signals = [&] {
    const std::lock_guard lock{in->growth().mutex};
    return in->growth().signals;
  };
  const int at_first = calls; // it looks once when it begins to hear
  const auto before = signals();
  here.append(command("s", any_version, {event_of("A")}));
  REQUIRE(eventually([&] { return signals() >= before + 2; })); // by itself, and told by itself
  CHECK(calls == at_first);

  const auto there = open(schema.address()).events;
  const auto next_of = [&](const std::atomic<int>& counted) {
    const int so_far = counted;
    there->append(command("s", any_version, {event_of("A")}));
    return eventually([&] { return counted > so_far; });
  };
  CHECK(next_of(calls));
  asked.reset();
  const auto asked_again = here.call_on_foreign_append([&] { ++calls_since; });
  REQUIRE(next_of(calls_since)); // whatever call had begun before has ended
  const int ended = calls;
  CHECK(next_of(calls_since));
  CHECK(calls == ended);
}

TEST_CASE("nobody is told to end another process of waymark that appends") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  for (const std::string name : {"waymark 5eed append", "nightly import"}) {
    raw_session other{name};
    other.run("BEGIN");
    other.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
    const auto said = events->append_obstacle();
    CHECK_THAT(said, ContainsSubstring(name));
    CHECK((said.find("end it") != said.npos) == (name == "nightly import"));
    other.run("ROLLBACK");
  }
}

TEST_CASE("queries that query once more hold up neither each other nor claims") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  std::atomic<int> reading{0};
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 4; ++i)
    answers.push_back(std::async(std::launch::async, [&] {
      int found = 0;
      projections->read([&](read_model&) {
        ++reading;
        if (!eventually([&] { return reading == 4; }))
          return;
        projections->read([&](read_model& inner) {
          projections->read([&](read_model& innermost) {
            found = inner.query_value<int>("SELECT 1") + innermost.query_value<int>("SELECT 2");
          });
        });
      });
      return found;
    }));
  CHECK(eventually([&] { return reading == 4; }));
  (void)own(*projections, request_of("p", "a"));
  for (auto& each : answers)
    CHECK(each.get() == 3);
}

TEST_CASE("queries of two databases within each other's do not wait for each other") {
  const postgres_schema one, other;
  const auto a = open(one.address()).projections;
  const auto b = open(other.address()).projections;
  std::atomic<int> reading{0};
  const auto read_both = [&](projection_store& first, projection_store& second) {
    int found = 0;
    first.read([&](read_model&) {
      ++reading;
      if (eventually([&] { return reading == 8; }))
        second.read([&](read_model& inner) { found = inner.query_value<int>("SELECT 1"); });
    });
    return found;
  };
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(std::async(std::launch::async, [&] { return read_both(*a, *b); }));
    answers.push_back(std::async(std::launch::async, [&] { return read_both(*b, *a); }));
  }
  for (auto& each : answers)
    CHECK(each.get() == 1);
}

TEST_CASE("an opened store has max_sessions connections and fifteen at most") {
  const auto of_this_process = [] {
    return std::stoi(run_sql("SELECT count(*) " + sessions_like("%")));
  };
  while (of_this_process() > 0) // of other tests' stores
    std::this_thread::sleep_for(1ms);
  const postgres_schema schema;
  const auto store = open(schema.address("&max_sessions=3"));
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      const auto owner = own(*store.projections, request_of("p" + std::to_string(i), "a"));
      for (int round = 0; !done; ++round) {
        store.events->append(command("s" + std::to_string(i), any_version, {event_of("A")}));
        (void)store.events->wait_for(1'000'000, 1ms);
        (void)store.projections->load_all();
        store.projections->read([](read_model& db) { (void)db.query("SELECT 1"); });
        store.projections->renew("a");
        auto unit = store.projections->begin(owner);
        (void)unit->model().query("SELECT pg_sleep(0.005)");
        (void)unit->commit(step(round, round + 1));
      }
    });
  int most = 0;
  for (int i = 0; i < 100; ++i)
    most = std::max(most, of_this_process());
  done = true;
  for (auto& each : threads)
    each.join();
  CHECK(most > 3);
  CHECK(most <= 3 + 15);
}

TEST_CASE("at most as many units of work as there are sessions") {
  const postgres_schema schema;
  const auto store = open(schema.address("&max_sessions=2"));
  CHECK(store.projections->max_sessions() == 2);
  std::vector<ownership> owners;
  for (int i = 0; i < 6; ++i)
    owners.push_back(own(*store.projections, request_of("p" + std::to_string(i), "a")));
  std::atomic<int> committed{0};
  std::vector<std::thread> threads;
  for (const auto& owner : owners)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        auto unit = store.projections->begin(owner);
        (void)unit->model().query("SELECT pg_sleep(0.002)");
        if (unit->commit(step(i, i + 1)) == commit_status::committed)
          ++committed;
      }
    });
  for (auto& each : threads)
    each.join();
  CHECK(committed == 60);
  CHECK(run_sql("SELECT count(*) <= 2 " + sessions_like("unit") +
                " AND backend_start > now() - interval '1 minute' AND pid IN (SELECT pid FROM "
                "pg_stat_activity WHERE query LIKE '%" +
                schema.name() + "%')") == "t");
}

TEST_CASE("who looks at a unit of work holds up the end of that one only") {
  const postgres_schema schema;
  const auto where = postgres::address::parse(schema.address());
  const postgres::session one{where, "one"};
  const postgres::session two{where, "two"};
  postgres::running_units units;
  using entry = postgres::running_units::entry;
  auto first = std::make_unique<entry>(units, shard_key{"first", 0}, one);
  std::promise<void> looks;
  std::promise<void> enough;
  auto look = std::async(std::launch::async, [&] {
    return units.with({"first", 0}, [&](const postgres::session&) {
      looks.set_value();
      enough.get_future().wait();
    });
  });
  looks.get_future().wait();
  auto other = std::async(std::launch::async, [&] {
    const entry second{units, {"second", 0}, two};
    return units.with({"second", 0}, [&](const postgres::session& on) { CHECK(&on == &two); });
  });
  CHECK(other.wait_for(10s) == std::future_status::ready);
  auto end = std::async(std::launch::async, [&] { first.reset(); });
  CHECK(end.wait_for(20ms) == std::future_status::timeout);
  enough.set_value();
  CHECK(look.get());
  CHECK(other.get());
  end.get();
  CHECK_FALSE(units.with({"first", 0}, [](const postgres::session&) {}));
}

} // namespace waymark::test
