// Two processes that want the same projection, one of which freezes.
#include "tests/catch.hpp"

#include "persistence/postgres/stale_owner.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/persistence/pooler.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/raw_session.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>
#include <functional>

namespace waymark::test {

namespace {

using contract::own;
using contract::request_of;
using contract::step;

using duration = std::chrono::steady_clock::duration;

constexpr std::chrono::milliseconds owner_timeout{1500};
const shard_key revenue_key{"revenue", 0};

/// A process with an engine that owns the projection or stands by.
class contender : public child_process {
 public:
  explicit contender(const std::string& address, const std::string& place = "nowhere")
      : child_process{"postgres_child",
                      {address, "project", std::to_string(owner_timeout.count()), place}} {}

  void wait_until_it_says(const std::string& state) {
    for (auto line = next_line(); line != state; line = next_line())
      if (line.empty())
        throw std::runtime_error{"the child ended before it was " + state};
  }

  /// Lets it stop itself when it comes to its place, as a frozen machine would.
  void freeze() {
    send(SIGUSR1);
    wait_until_stopped();
  }
};

struct two_owners {
  postgres_schema schema;
  waymark::store store = open(schema.address());
  position_t head = 0;

  void append(int count) {
    for (int i = 0; i < count; ++i)
      head = store.events->append(order("o-" + std::to_string(head), "monday", 1)).last_position;
  }
  checkpoint record() { return store.projections->load(revenue_key).value(); }
  bool projected() {
    return eventually([&] {
      const auto found = store.projections->load(revenue_key);
      return found && found->position == head;
    });
  }
  std::int64_t cents() {
    return std::stoll(run_sql("SELECT coalesce(sum(cents), 0) FROM " + schema.name() + ".revenue"));
  }


  /// Freezes the first at `place` in mid-batch; the second takes over; the first goes on, and comes
  /// back when the second is killed. Returns how long nothing was projected.
  duration play(const std::string& place, const std::string& first_at, const std::string& address) {
    CAPTURE(place);
    append(1);
    contender first{first_at, place};
    REQUIRE(projected());
    contender second{address};
    second.wait_until_it_says("standing_by");
    const auto before = record();
    // The first sends itself to sleep in the batch after the signal.
    std::thread later{[&] { append(30); }};
    first.freeze();
    const auto frozen_at = std::chrono::steady_clock::now();
    later.join();
    REQUIRE(projected());
    const auto took = std::chrono::steady_clock::now() - frozen_at;
    CHECK(record().epoch == before.epoch + 1);
    CHECK(cents() == head);
    first.send(SIGCONT);
    first.wait_until_it_says("standing_by");
    append(30);
    REQUIRE(projected());
    second.kill();
    append(30);
    REQUIRE(projected());
    CHECK(cents() == head);
    CHECK(record().events_processed == head);
    CHECK(record().epoch == before.epoch + 2);
    return took;
  }
};

/// Whether a successor was at work as soon as is promised, in one of a few lives: that the machine
/// is not busy is not promised.
bool in_time(const std::function<duration(two_owners&)>& live) {
  for (int lives = 0; lives < 3; ++lives) {
    two_owners fresh;
    if (live(fresh) <= owner_timeout + 2s)
      return true;
  }
  return false;
}

} // namespace

TEST_CASE("a process frozen in mid-batch holds nobody up and writes no more") {
  for (const auto* place : {"unit.before_begin", "unit.before_checkpoint", "unit.before_commit",
                            "unit.commit_sent"}) {
    CAPTURE(place);
    CHECK(in_time([&](two_owners& fresh) {
      return fresh.play(place, fresh.schema.address(), fresh.schema.address());
    }));
  }
}

TEST_CASE("a process frozen in mid-batch behind a pooler holds nobody up and writes no more") {
  const pooler between;
  for (const auto* place : {"unit.before_begin", "unit.before_checkpoint", "unit.before_commit"}) {
    CAPTURE(place);
    CHECK(in_time([&](two_owners& fresh) {
      const auto address = between.address() + "&pooled=transaction&schema=" +
                           fresh.schema.name() + "&search_path=" + fresh.schema.name();
      return fresh.play(place, address, address);
    }));
  }
}

TEST_CASE("a frozen owner whose session may not be ended is fenced") {
  CHECK(in_time([](two_owners& fresh) {
    fresh.store.projections->prepare_tables(shop::revenue().freeze()->tables);
    const auto& schema = fresh.schema;
    const auto role = "r" + schema.name();
    run_sql("CREATE ROLE " + role + " LOGIN; GRANT ALL ON SCHEMA " + schema.name() + " TO " + role +
            "; GRANT ALL ON ALL TABLES IN SCHEMA " + schema.name() + " TO " + role);
    auto address = schema.address();
    address.replace(address.find("user=waymark"), 12, "user=" + role);
    const auto took = fresh.play("unit.begun", schema.address(), address);
    run_sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
    return took;
  }));
}

TEST_CASE("row locks of a frozen owner do not hold up its successor") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  projections->prepare_tables(contract::revenue_table());
  own(*projections, request_of("p", "host/boot/space/1/2/3.7"));
  const auto sign_in = [&](raw_session& as, const std::string& process, const char* start) {
    as.run("SET search_path = " + schema.name());
    as.run("INSERT INTO sessions SELECT '" + process + "', pid, " + start +
           " FROM pg_stat_activity WHERE pid = pg_backend_pid()");
    as.run("BEGIN");
  };
  raw_session frozen, bystander, with_used_pid;
  sign_in(frozen, "host/boot/space/1/2/3", "backend_start");
  sign_in(bystander, "host/boot/space/1/2/4", "backend_start");
  sign_in(with_used_pid, "host/boot/space/1/2/3", "backend_start - interval '1 hour'");
  raw_session pooled{postgres::session_name("host/boot/space/1/2/3") + " unit pooled"};
  pooled.run("BEGIN");
  projections->renew("host/boot/space/1/2/3.7"); // no transaction is younger, however slow this is
  frozen.run("INSERT INTO revenue VALUES ('monday', 1)");
  frozen.run("UPDATE checkpoints SET position = 1");

  auto heir = request_of("p", "heir");
  heir.owner_timeout = 200ms;
  auto got = contract::claim_one(*projections, heir);
  REQUIRE(eventually([&] {
    got = contract::claim_one(*projections, heir);
    return got.state == claim_result::status::granted;
  }));
  CHECK(got.record.position == 0);
  auto unit = projections->begin({heir.key, got.record.epoch});
  REQUIRE(unit);
  unit->model().execute(contract::add_revenue, "monday", 5);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
  CHECK_THROWS(frozen.run("COMMIT"));
  CHECK_THROWS(pooled.run("COMMIT"));
  CHECK_NOTHROW(bystander.run("COMMIT"));
  CHECK_NOTHROW(with_used_pid.run("COMMIT"));
  CHECK(contract::revenue(*projections) == 5);
}

TEST_CASE("a claim does not wait for what somebody has locked of another shard") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  own(*projections, request_of("p", "a", 0, 2));
  raw_session busy;
  busy.run("BEGIN");
  busy.run("SELECT 1 FROM " + schema.name() + ".checkpoints FOR UPDATE");
  for (const auto* owner : {"b", "a"}) { // a new row, and its next claim
    auto wanted = request_of("p", owner, 1, 2);
    wanted.take_over = true;
    CHECK(contract::claim_one(*projections, wanted).state == claim_result::status::granted);
  }
  busy.run("COMMIT");
}

TEST_CASE("a claim waits only a moment for its row, and holds nobody up for longer") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  const std::vector<ownership> owned{own(*projections, request_of("p", "a"))};
  projections->release(owned);
  const auto fails = [&](const std::string& lock) {
    CAPTURE(lock);
    raw_session busy;
    busy.run("BEGIN");
    busy.run(lock);
    const std::vector<claim_request> together{request_of("q", "b"), request_of("p", "b")};
    const auto began = std::chrono::steady_clock::now();
    try {
      (void)projections->claim(together);
      FAIL("it was granted");
    } catch (const store_error& e) {
      CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring("55P03"));
    }
    CHECK(std::chrono::steady_clock::now() - began < 7s); // others' statements wait for ten
    CHECK_FALSE(projections->load({"q", 0}));
    busy.run("COMMIT");
  };
  fails("SELECT 1 FROM " + schema.name() + ".checkpoints FOR UPDATE");
  fails("SELECT pg_advisory_xact_lock(hashtextextended('waymark claim " + schema.name() + "', 0))");
  CHECK(own(*projections, request_of("p", "b")).epoch == owned.front().epoch + 1);
  CHECK(projections->begin({{"p", 0}, owned.front().epoch + 1})
            ->model()
            .query_value<std::string>("SHOW lock_timeout") == "10s");
}

TEST_CASE("a trial of statements waits only a moment, and holds nobody up for longer") {
  using kind = sql_trial::kind;
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  projections->prepare_tables(contract::revenue_table());
  const sql_trial index{kind::table, "CREATE INDEX IF NOT EXISTS by_cents ON revenue (cents)"};
  const sql_trial slow{kind::table, "LOCK TABLE revenue; SELECT pg_sleep(30)"};
  const auto gives_up = [&](const sql_trial& trial) {
    const auto began = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(projections->try_statements(std::vector{trial}), store_error);
    return std::chrono::steady_clock::now() - began < 20s;
  };
  {
    raw_session busy;
    busy.run("BEGIN; LOCK TABLE " + schema.name() + ".revenue");
    CHECK(gives_up(index));
    busy.run("COMMIT");
  }
  CHECK(gives_up(slow));
  CHECK(projections->try_statements(std::vector{index}) == std::vector<std::string>{""});
}

TEST_CASE("a reset does not wait for a frozen owner") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  own(*projections, request_of("p", "host/boot/space/1/2/3.7", 0, 2));
  own(*projections, request_of("p", "host/boot/space/1/2/3.7", 1, 2));
  raw_session frozen;
  frozen.run("SET search_path = " + schema.name());
  frozen.run("INSERT INTO sessions SELECT 'host/boot/space/1/2/3', pid, backend_start "
             "FROM pg_stat_activity WHERE pid = pg_backend_pid()");
  frozen.run("BEGIN");
  frozen.run("UPDATE checkpoints SET position = 1 WHERE shard = 1");
  auto as = request_of("p", "heir", 0, 2);
  as.owner_timeout = 200ms;
  std::this_thread::sleep_for(as.owner_timeout * 2); // nothing is heard of it
  CHECK_NOTHROW(projections->reset(as, {}));
  CHECK(projections->load({"p", 1})->position == 0);
  CHECK_THROWS(frozen.run("COMMIT"));
}

TEST_CASE("the sessions of a process that lives are not ended for one of its owners") {
  const postgres_schema schema;
  const auto projections = open(schema.address()).projections;
  own(*projections, request_of("silent", "host/boot/space/1/2/3.7"));
  own(*projections, request_of("alive", "host/boot/space/1/2/3.8"));
  raw_session busy;
  busy.run("SET search_path = " + schema.name());
  busy.run("INSERT INTO sessions SELECT 'host/boot/space/1/2/3', pid, backend_start "
           "FROM pg_stat_activity WHERE pid = pg_backend_pid()");
  busy.run("BEGIN");
  auto heir = request_of("silent", "heir");
  heir.owner_timeout = 500ms;
  REQUIRE(eventually([&] {
    projections->renew("host/boot/space/1/2/3.8");
    return contract::claim_one(*projections, heir).state == claim_result::status::granted;
  }));
  CHECK_NOTHROW(busy.run("COMMIT"));
  busy.run("BEGIN"); // and when nothing was heard of any of them
  heir.key.projection = "alive";
  REQUIRE(eventually([&] {
    return contract::claim_one(*projections, heir).state == claim_result::status::granted;
  }));
  CHECK_THROWS(busy.run("COMMIT"));
}

TEST_CASE("sessions that have ended are struck out by the next") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  CHECK_FALSE(store.projections->load_position("p"));
  const auto count = "SELECT count(*) FROM " + schema.name() + ".sessions";
  CHECK(run_sql(count) == "1");
  run_sql("SELECT pg_terminate_backend(pid, 20000) FROM " + schema.name() + ".sessions");
  CHECK_FALSE(store.projections->load_position("p"));
  CHECK(run_sql(count) == "1");
}

} // namespace waymark::test
