// What hangs or is ended on a PostgreSQL server.
#include "persistence/postgres/stale_owner.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/raw_session.hpp"
#include "tests/supervisors/killed_actors.hpp"
#include "tests/supervisors/sentence.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <map>
#include <mutex>

using namespace waymark;
using namespace waymark::test;

namespace {

/// Appends one event for each turn of `condition` until that holds.
template <class Condition>
bool while_appending(engine& it, Condition condition) {
  int n = 0;
  return eventually([&] {
    static_cast<void>(it.append_all({order("t-" + std::to_string(++n), "monday", 1)}));
    return condition();
  });
}

} // namespace

TEST_CASE("PostgreSQL: a projection that waits for a lock says who holds it") {
  const postgres_schema schema;
  engine_fixture test;
  engine it{open(schema.address()), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  const auto elsewhere = open(schema.address()).projections;
  const claim_request claim{.key = {"locker", 0},
                            .key_rule = "stream",
                            .log_id = it.log().log_id(),
                            .owner = make_owner_instance()};
  const auto record = elsewhere->claim({&claim, 1}).at(0).record;
  auto unit = elsewhere->begin({record.key, record.epoch});
  unit->model().execute("UPDATE revenue SET cents = cents");
  const auto token = place_orders(it, 1, "p-");
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" waits for a lock at position 1, for {span} now: pid {n} "
                 "(\"waymark{application}\") holds it, idle in transaction for {n} s; end that "
                 "transaction to let it go on"));
  const auto lock = it.examine("revenue").evidence.lock;
  REQUIRE(lock);
  CHECK(lock->session.starts_with("pid "));
  unit.reset();
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
}

TEST_CASE("PostgreSQL: an append lock that is held explains a head that does not move") {
  const postgres_schema schema;
  engine_fixture test;
  engine it{open(schema.address()), test.options()};
  it.start(shop::revenue());
  raw_session own{"nightly import"};
  const auto hold = [&] {
    own.run("BEGIN");
    own.run("SELECT " + schema.name() + ".append_event('Order', 'o', 'Placed', '{}')");
  };
  hold();
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has caught up: the log is empty; appends are held up by "
                 "the "
                 "transaction of backend {n} (\"nightly import\" of waymark, idle in transaction), "
                 "since {time}, for {n} s; end it to let them go on"));
  own.run("ROLLBACK");
  CHECK(explains(it, "revenue", "projection \"revenue\" has caught up: the log is empty"));
  REQUIRE(it.wait_until("revenue", place_orders(it, 3), patience) == wait_result::reached);
  hold();
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has caught up at position 3; no events have been appended "
                 "since {time}; appends are held up by the transaction of backend {n} (\"nightly "
                 "import\" of waymark, idle in transaction), since {time}, for {n} s; end it to "
                 "let "
                 "them go on"));
  own.run("ROLLBACK");
}

TEST_CASE("PostgreSQL: all sessions are busy") {
  const postgres_schema schema;
  engine_fixture test;
  const auto held = std::make_shared<turnstile>();
  engine it{open(schema.address("&max_sessions=2")), test.options()};
  for (const auto* name : {"stuck-1", "stuck-2"})
    it.start(projection{name}.on<shop::order_placed>(
        [held](read_model&, const shop::order_placed&) { held->pass(); }));
  const auto token = place_orders(it, 1);
  REQUIRE(eventually([&] { return held->arrived() == 2; }));
  it.start(projection{"behind"}.on<shop::order_placed>(
      [](read_model&, const shop::order_placed&) {}));
  bool either = eventually([&] {
    const auto said = it.explain("behind");
    const auto with = [&](const std::string& first, const std::string& second) {
      const auto in = [](const std::string& name) {
        return "\"" + name + "\" has been in \"OrderPlaced\" {id} at position 1 for {span}";
      };
      return is_like(said, "projection \"behind\" waits for a session at position 0, for {span} "
                           "now: "
                           "all are busy, " + in(first) + ", " + in(second) +
                               "; a projection in a store of its own waits for nobody");
    };
    return with("stuck-1", "stuck-2") || with("stuck-2", "stuck-1");
  });
  INFO(it.explain("behind"));
  CHECK(either);
  held->open();
  CHECK(it.wait_until("behind", token, patience) == wait_result::reached);
}

TEST_CASE("PostgreSQL: a handler that hangs in a statement is ended, others go on") {
  const postgres_schema schema;
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 300ms;
  engine it{open(schema.address("&max_sessions=2")), options};
  const auto mended = std::make_shared<std::atomic<bool>>(false);
  it.start(projection{"stuck"}.on<shop::order_placed>(
      [mended](read_model& db, const shop::order_placed&) {
        if (!mended->load())
          static_cast<void>(db.query("SELECT 1 FROM pg_sleep(1000)"));
      }));
  it.start(shop::revenue().handler_timeout(1min));
  const auto token = place_orders(it, 3);
  CHECK(explains(it, "stuck", "projection \"stuck\" has failed at position 0 since {time}: the "
                              "handler for \"OrderPlaced\" {id} at position 1 has not come back "
                              "in {span} (handler_timeout is 300 ms); it came back with: "
                              "{library}: the server ended it; this call may be repeated; mend it "
                              "and resume it, next try in 4 min"));
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(run_sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
                "AND query LIKE '%pg_sleep(1000)%' AND pid <> pg_backend_pid()") == "0");
  CHECK(it.dead_letters().empty());
  mended->store(true);
  it.resume("stuck");
  CHECK(it.wait_until("stuck", token, patience) == wait_result::reached);
}

TEST_CASE("PostgreSQL: a retry whose handler hangs in a statement is ended") {
  const postgres_schema schema;
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 300ms;
  engine it{open(schema.address()), options};
  const auto poisonous = poison();
  const auto slow = std::make_shared<std::atomic<bool>>(true);
  it.start(shop::revenue_tables()
               .on<shop::order_placed>([=](read_model& db, const shop::order_placed& e) {
                 if (poisonous->load())
                   throw std::runtime_error{"can't stand it"};
                 if (slow->load())
                   static_cast<void>(db.query("SELECT 1 FROM pg_sleep(1000)"));
                 db.execute(shop::add_to_day, e.day, e.cents);
               })
               .retry(tries(1)));
  REQUIRE(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::parked);
  const auto id = it.dead_letters().at(0).id;
  poisonous->store(false);
  CHECK_FALSE(it.retry({.id = id}).complete());
  CHECK(explains(it, "revenue", "projection \"revenue\" has failed at position 1 since {time}: the "
                                "handler for \"OrderPlaced\" {id} at position 1 has not come back "
                                "in {span} (handler_timeout is 300 ms); it came back with: "
                                "{library}; mend it and resume it, next try in {span}; 1 key is "
                                "parked with 1 event{library}"));
  CHECK(it.dead_letters().size() == 1);
  slow->store(false);
  it.resume("revenue");
  CHECK(eventually([&] { return it.retry({.id = id}).complete(); }));
  CHECK(cents_of(it) == 1);
}

TEST_CASE("PostgreSQL: the server waits longer for a handler than its projection allows it") {
  const postgres_schema schema;
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 45s;
  engine it{open(schema.address(), {.handler_timeout = 50ms}), options};
  std::mutex mutex;
  std::map<std::string, std::string> waits;
  const auto slow = [&](const std::string& name) {
    return projection{name}.on<shop::order_placed>(
        [&, name](read_model& db, const shop::order_placed&) {
          const auto found =
              db.query_value<std::string>("SHOW idle_in_transaction_session_timeout");
          std::this_thread::sleep_for(300ms); // three times what sessions are opened with
          const std::lock_guard lock{mutex};
          waits[name] = found;
        });
  };
  it.start(slow("as the engine says"));
  it.start(slow("its own").handler_timeout(1min));
  it.start(slow("for ever").handler_timeout(0ms));
  const auto token = place_orders(it, 1);
  for (const auto& name : it.names())
    CHECK(it.wait_until(name, token, patience) == wait_result::reached);
  CHECK(it.dead_letters().empty());
  CHECK(waits["as the engine says"] == "90s");
  CHECK(waits["its own"] == "2min");
  CHECK(waits["for ever"] == "1d");
}

TEST_CASE("PostgreSQL: sessions lost to handlers that hang are replaced") {
  const postgres_schema schema;
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 300ms;
  options.drain_deadline = 5s;
  const auto held = std::make_shared<turnstile>();
  {
    engine it{open(schema.address("&max_sessions=2")), options};
    for (const auto* name : {"stuck-1", "stuck-2"}) // as many as there are sessions
      it.start(projection{name}.on<shop::order_placed>(
          [held](read_model&, const shop::order_placed&) { held->pass(); }));
    place_orders(it, 3);
    REQUIRE(eventually([&] { return held->arrived() == 2; }));
    it.start(shop::revenue().handler_timeout(1min));
    CHECK(it.wait_until("revenue", place_orders(it, 3, "p-"), patience) == wait_result::reached);
    CHECK(it.status("stuck-1").evidence.unrecoverable);
    held->open();
    // Their transactions are gone, so what they did has had no effect.
    CHECK(explains(it, "stuck-2", "projection \"stuck-2\" has failed at position 0 since {time}: "
                                  "the handler for \"OrderPlaced\" {id} at position 1 has not come "
                                  "back in {span} (handler_timeout is 300 ms); it came back with: "
                                  "{path}: the server ended the session [57P01] ({library}): the "
                                  "server ended it; this call may be repeated; mend it and resume "
                                  "it, next try in 4 min"));
    CHECK(it.status("stuck-1").passed == 0);
  }
}

TEST_CASE("PostgreSQL: whichever actor is killed, work goes on soon, nothing lost or done twice") {
  const postgres_schema schema;
  open_engine test{open(schema.address())};
  kill_each_actor(test);
}

TEST_CASE("PostgreSQL: a lost LISTEN connection is replaced, and what came meanwhile is seen") {
  const postgres_schema schema;
  engine_fixture test;
  auto options = test.options();
  options.poll_interval = 1h; // nobody looks: who is not told does not know
  engine it{open(schema.address()), options};
  it.start(shop::revenue());
  auto elsewhere = open(schema.address()).events;
  const auto silent = open(schema.address("&pooled=transaction")).events; // it has no listener
  position_t head = 0;
  const auto append = [&](event_store& to) {
    return to.append(order("o-" + std::to_string(++head), "monday", 1)).last_position;
  };
  REQUIRE(eventually([&] { // since when it is told is not known
    append(*elsewhere);
    return it.status("revenue").passed > 0;
  }));
  elsewhere = nullptr; // from here on nobody tells but the engine's own listener
  for (int i = 0; i < 3; ++i) {
    const auto last = append(*silent);
    CHECK(run_sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                  "WHERE application_name LIKE '" +
                  postgres::session_name(this_process_instance()) + "% listen'") != "0");
    REQUIRE(it.wait_until("revenue", last, patience) == wait_result::reached);
  }
  CHECK(cents_of(it) == head);
}

TEST_CASE("PostgreSQL: work goes on when the server ends any connection, LISTEN included") {
  const postgres_schema schema;
  engine_fixture test;
  engine it{open(schema.address()), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  const auto ours = postgres::session_name(this_process_instance());
  for (const auto& which : {ours + "% listen", ours + "%"}) {
    INFO(which);
    bool quick = false;
    for (int i = 0; i < 4 && !quick; ++i) {
      const auto ended = run_sql(
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
          "pg_backend_pid() AND application_name LIKE '" +
          which + "'");
      CHECK(ended != "0");
      const auto before = it.status("revenue").passed;
      const auto began = std::chrono::steady_clock::now();
      REQUIRE(while_appending(
          it, [&] { return it.status("revenue").passed > before + 10; }));
      quick = std::chrono::steady_clock::now() - began < 2s;
    }
    CHECK(quick);
  }
  const auto head = open(schema.address()).events->head();
  CHECK(it.wait_until("revenue", head, patience) == wait_result::reached);
  CHECK(cents_of(it) == head);
}
