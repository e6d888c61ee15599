#include "tests/catch.hpp"

#include "persistence/fault_point.hpp"
#include "persistence/sqlite/database.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/persistence/store.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace waymark::test {

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using contract::own;
using contract::request_of;
using contract::step;

append_command one_event(std::string json = "{}") {
  return {{"Order", "s"}, any_version, {json_event("A", std::move(json))}};
}

/// Opens with a short wait for other writers; later openings share it.
std::shared_ptr<sqlite::database> impatient(const temporary_folder& folder) {
  sqlite::database_options options;
  options.busy_timeout = 20ms;
  return sqlite::database::of_file(folder.file(), options);
}

void limit_pages(sqlite::database& database, const std::string& pages) {
  const sqlite::database::write_turn turn{database, sqlite::write_gate::who::append};
  turn.on().execute(("PRAGMA max_page_count = " + pages).c_str());
}

} // namespace

TEST_CASE("what is committed is on the disk") {
  const temporary_folder folder;
  const auto database = impatient(folder);
  const sqlite::database::write_turn turn{*database, sqlite::write_gate::who::append};
  CHECK(turn.on().ask("PRAGMA synchronous") == "2"); // FULL
  CHECK(turn.on().ask("PRAGMA journal_mode") == "wal");
}

TEST_CASE("a file locked by another process is a store's fault that passes") {
  const temporary_folder folder;
  const auto database = impatient(folder);
  auto store = open(folder.address());
  const auto owner = own(*store.projections, request_of("p", "a"));
  {
    raw_sqlite other{folder.file()};
    other.execute("BEGIN IMMEDIATE");
    try {
      store.events->append(one_event());
      FAIL("appended");
    } catch (const store_error& e) {
      CHECK_THAT(e.what(), ContainsSubstring("locked by another process") &&
                               ContainsSubstring(folder.file()));
      CHECK_FALSE(e.outcome_unknown());
    }
    CHECK_THROWS_AS(store.projections->begin(owner), store_error);
    CHECK(store.events->head() == 0); // readers go on
    CHECK(store.projections->load(owner.key).has_value());
  }
  store.events->append(one_event());
  auto unit = store.projections->begin(owner);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE("an owner that a long transaction keeps from renewing is known to live") {
  const temporary_folder folder;
  const auto database = impatient(folder);
  for (const auto& address : {folder.address(), std::string{"memory:"}}) {
    CAPTURE(address);
    manual_clock time;
    const auto store = open(address, {.clock = &time}).projections;
    const auto busy = own(*store, request_of("busy", "a"));
    const auto idle = own(*store, request_of("idle", "a"));
    const auto wanted = [&] {
      return contract::claim_one(*store, request_of("idle", "b")).state;
    };
    {
      const auto unit = store->begin(busy);
      time.advance(30s); // in its handler
      store->renew("a");
    }
    CHECK(wanted() == claim_result::status::held);
    CHECK(store->load(idle.key)->renewed_at < time.now()); // the row has nothing of it
    time.advance(10s + 1us);
    CHECK(wanted() == claim_result::status::granted); // it has not been heard of since
  }
}

TEST_CASE("an owner that another process keeps from renewing is known to live") {
  const temporary_folder folder;
  const auto database = impatient(folder);
  manual_clock time;
  const auto store = open(folder.address(), {.clock = &time}).projections;
  const auto mine = own(*store, request_of("p", "a"));
  const sqlite::owner_pulse seen_by_others{folder.file()};
  {
    raw_sqlite other{folder.file()};
    other.execute("BEGIN IMMEDIATE");
    store->renew("a");
    CHECK(seen_by_others.last("a") == time.now());
    CHECK_FALSE(seen_by_others.last("b").has_value());
    time.advance(30s);
    store->renew("a");
    CHECK(seen_by_others.last("a") == time.now());
  }
  CHECK(contract::claim_one(*store, request_of("p", "b")).state == claim_result::status::held);
  store->renew("a"); // the row says it again
  CHECK(store->load(mine.key)->renewed_at == time.now());
  CHECK_FALSE(seen_by_others.last("a").has_value());
  for (const auto& each : std::filesystem::directory_iterator{folder.file("")})
    CHECK(each.path().string().find("-owner-") == std::string::npos);
}

TEST_CASE("a full disk is a store's fault that passes, and nothing of it is kept") {
  const temporary_folder folder;
  const auto database = impatient(folder);
  auto store = open(folder.address());
  store.projections->prepare_tables(std::vector<std::string>{"CREATE TABLE big (text TEXT)"});
  const auto owner = own(*store.projections, request_of("p", "a"));
  store.events->append(one_event());
  const auto large = "\"" + std::string(1u << 20, 'x') + "\"";
  limit_pages(*database, "60");

  const std::vector<append_command> group{one_event(), one_event(large)};
  try {
    static_cast<void>(store.events->append(group));
    FAIL("appended");
  } catch (const store_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("full"));
    CHECK_FALSE(e.outcome_unknown());
  }
  CHECK(store.events->head() == 1);
  {
    auto unit = store.projections->begin(owner);
    CHECK_THROWS_AS(unit->model().execute("INSERT INTO big VALUES ($1)", large), store_error);
    CHECK(unit->failed());
    CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
  }
  limit_pages(*database, "100000");
  CHECK(store.events->append(group).back().value.last_position == 3);
  auto unit = store.projections->begin(owner);
  unit->model().execute("INSERT INTO big VALUES ($1)", large);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE("a file that took another's place is noticed, and is another log") {
  const temporary_folder folder;
  auto store = open(folder.address());
  store.events->append(one_event());
  store.events->append(one_event());
  const auto id = store.events->log_id();
  {
    auto other = open(folder.address("other.db"));
    other.events->append(one_event());
  }
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(folder.file() + suffix);
  try {
    (void)store.events->head();
    FAIL("read from a file that is gone");
  } catch (const store_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("replaced or removed"));
  }
  CHECK_THROWS_AS(store.events->append(one_event()), store_error); // never made anew, empty
  CHECK_FALSE(std::filesystem::exists(folder.file()));

  std::filesystem::rename(folder.file("other.db"), folder.file());
  CHECK(store.events->head() == 1);
  CHECK(store.events->log_id() != id);
  CHECK(store.events->append(one_event()).last_position == 2);
  CHECK(store.projections->load_all().empty());
}

TEST_CASE("a file swapped between two calls fails the next one") {
  const temporary_folder folder;
  auto store = open(folder.address());
  const auto owner = own(*store.projections, request_of("p", "a"));
  { auto other = open(folder.address("other.db")); }
  for (const char* suffix : {"-wal", "-shm"})
    std::filesystem::remove(folder.file() + suffix);
  std::filesystem::rename(folder.file("other.db"), folder.file());
  CHECK_THROWS_AS(store.projections->begin(owner), store_error);
  CHECK(store.projections->begin(owner) == nullptr); // there is no such row in the new file
}

TEST_CASE("appends of another process are noticed by polling") {
  const temporary_folder folder;
  auto store = open(folder.address(), {.poll_interval = 1ms});
  store.events->append(one_event());
  raw_sqlite other{folder.file()};
  std::thread writer{[&] {
    other.execute("INSERT INTO waymark_events SELECT 2, randomblob(16), event_type, 1, 'Order', "
                  "'t', 1, 0, 0, NULL, NULL, NULL, NULL, NULL, data FROM waymark_events");
  }};
  CHECK(store.events->wait_for(1, 30s) == 2);
  writer.join();
  CHECK(store.events->append(one_event()).last_position == 3);
}

TEST_CASE("a handle of the same process wakes the waiters of another at once") {
  const temporary_folder folder;
  auto store = open(folder.address(), {.poll_interval = 60s});
  auto same = open(folder.address());
  std::thread writer{[&] {
    std::this_thread::sleep_for(5ms);
    same.events->append(one_event());
  }};
  const auto start = std::chrono::steady_clock::now();
  CHECK(store.events->wait_for(0, 60s) == 1);
  CHECK(std::chrono::steady_clock::now() - start < 50s);
  writer.join();
}

TEST_CASE("what is appended while somebody looks is not overlooked again") {
  const temporary_folder folder;
  auto store = open(folder.address());
  static std::shared_ptr<event_store> same;
  same = open(folder.address()).events;
  CHECK(store.events->head() == 0);
  same->append(one_event());
  fault_hook = [](const char* place) {
    if (std::string_view{place} != "log.version_seen")
      return;
    fault_hook = nullptr;
    same->append(one_event());
  };
  const auto head = store.events->head();
  fault_hook = nullptr;
  same.reset();
  CHECK(head == 2);
}

TEST_CASE("who would wait for itself is told so") {
  const auto address = GENERATE(0, 1);
  const temporary_folder folder;
  auto store = open(address == 0 ? std::string{"memory:"} : folder.address());
  const auto owner = own(*store.projections, request_of("p", "a"));
  auto unit = store.projections->begin(owner);
  CHECK_THROWS_AS(store.projections->begin(owner), usage_error);
  CHECK_THROWS_AS(store.projections->save(owner, step(0, 1)), usage_error);
  if (address == 1)
    CHECK_THROWS_AS(store.events->append(one_event()), usage_error);
  CHECK(store.projections->load(owner.key).has_value()); // reading is harmless
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE("what a killed process owned is claimed at once") {
  const temporary_folder folder;
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto child = ::fork();
  if (child == 0) {
    auto store = open(folder.address());
    const auto r = request_of("p", this_process_instance());
    const char granted =
        store.projections->claim(std::span{&r, 1})[0].state == claim_result::status::granted ? 'y'
                                                                                             : 'n';
    (void)!::write(ends[1], &granted, 1);
    for (;;)
      ::pause();
  }
  char granted = 'n';
  CHECK(::read(ends[0], &granted, 1) == 1);
  CHECK(granted == 'y');
  auto store = open(folder.address());
  const auto mine = request_of("p", this_process_instance());
  const auto held = contract::claim_one(*store.projections, mine);
  CHECK(held.state == claim_result::status::held);
  CHECK_THAT(held.detail, ContainsSubstring("pid " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(own(*store.projections, mine).epoch == 2);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a process that dies at a step of an append or a commit leaves all or nothing") {
  static thread_local const char* place = nullptr;
  struct died {};
  fault_hook = [](const char* at) {
    if (place != nullptr && std::string_view{at} == place)
      throw died{};
  };
  const temporary_folder folder;
  auto store = open(folder.address());
  const auto owner = own(*store.projections, request_of("p", "a"));
  const auto dies_at = [&](const char* where, auto action) {
    place = where;
    CHECK_THROWS_AS(action(), died);
    place = nullptr;
  };
  const auto append = [&] { store.events->append(one_event()); };
  const auto commit = [&] {
    auto unit = store.projections->begin(owner);
    unit->park("k", 1);
    const auto from = store.projections->load(owner.key)->position;
    (void)unit->commit(step(from, from + 1));
  };
  dies_at("append.before_commit", append);
  CHECK(store.events->head() == 0);
  dies_at("append.after_commit", append);
  CHECK(store.events->head() == 1);
  dies_at("unit.before_checkpoint", commit);
  dies_at("unit.before_commit", commit);
  CHECK(store.projections->load(owner.key)->position == 0);
  CHECK(store.projections->parked_keys(owner.key).empty());
  dies_at("unit.after_commit", commit);
  CHECK(store.projections->load(owner.key)->position == 1);
  CHECK(store.projections->parked_keys(owner.key).size() == 1);
  const auto reset = [&] { store.projections->reset(request_of("p", "a"), {}); };
  dies_at("reset.before_truncate", reset);
  dies_at("reset.before_commit", reset);
  CHECK(store.projections->load(owner.key)->epoch == owner.epoch);
  CHECK(store.projections->parked_keys(owner.key).size() == 1);
  dies_at("claim.before_commit", [&] { own(*store.projections, request_of("p", "a")); });
  CHECK(store.projections->load(owner.key)->epoch == owner.epoch);
  fault_hook = nullptr;
}

} // namespace waymark::test
