#include "tests/catch.hpp"

#include "persistence/sqlite/database.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/small_disk.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <filesystem>
#include <fstream>

using namespace waymark;
using namespace waymark::test;

namespace {

bool comes_to(engine& it, projection_state state, const std::string& name = "revenue") {
  return eventually([&] { return it.status(name).state == state; });
}

/// Lets the file grow no more, which to SQLite is a full disk, and then grow again.
class page_limit {
 public:
  explicit page_limit(std::string file) : file_{std::move(file)} {}
  void fill() const { limit("1"); } // less than it has is what it has
  void make_room() const { limit("1000000"); }

 private:
  void limit(const std::string& pages) const {
    const auto database = sqlite::database::of_file(file_, {}); // the engine's own
    const sqlite::database::write_turn turn{*database, sqlite::write_gate::who::append};
    turn.on().execute(("PRAGMA max_page_count = " + pages).c_str());
  }

  std::string file_;
};

template <class Disk>
void degrades_while_full(engine_fixture& test, const std::string& model, const Disk& disk) {
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue_tables()
               .on<shop::order_placed>([](read_model& db, const shop::order_placed& e) {
                 db.execute("INSERT INTO revenue VALUES ($1, $2)", e.day + std::string(2'000, '.'),
                            e.cents);
               })
               .into(open("sqlite:" + model).projections));
  REQUIRE(comes_to(it, projection_state::running));
  std::vector<append_command> commands;
  for (int i = 0; i < 100; ++i)
    commands.push_back(order("o-" + std::to_string(i), std::to_string(i), 1));
  disk.fill();
  const auto token = it.append_all(std::move(commands)).back().value_or_throw();
  REQUIRE(comes_to(it, projection_state::degraded));
  CHECK(it.explain("revenue").find("full") != std::string::npos);
  CHECK(it.status("revenue").passed == 0);
  // However long it lasts, it is neither an event's nor the projection's fault.
  REQUIRE(eventually([&] { return it.status("revenue").restarts > 8; }));
  CHECK(it.dead_letters().empty());
  disk.make_room();
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 100);
}

template <class Disk>
void refuses_appends_while_full(engine_fixture& test, const std::string& log, const Disk& disk) {
  engine it{open("sqlite:" + log), test.options()};
  it.start(shop::revenue());
  CHECK(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  disk.fill();
  const std::string much(20'000, 'x');
  bool refused = false;
  position_t head = it.head();
  for (int i = 0; i < 100 && !refused; ++i)
    try {
      head = it.append(order("big-" + std::to_string(i), much, 1)).last_position;
    } catch (const store_error& e) {
      refused = true;
      CHECK(std::string{e.what()}.find("full") != std::string::npos);
    }
  CHECK(refused);
  disk.make_room();
  CHECK(it.append(order("again", "monday", 1)).last_position == head + 1);
  CHECK(it.wait_until("revenue", head + 1, patience) == wait_result::reached);
  CHECK(cents_of(it) == head + 1);
}

} // namespace

TEST_CASE("a full disk degrades a projection, which goes on when there is room", "[.mount]") {
  engine_fixture test;
  const small_disk disk{test.folder};
  if (!disk.there())
    return disk.skip();
  degrades_while_full(test, disk.file("model.db"), disk);
}

TEST_CASE("a file that may not grow degrades a projection, which goes on when it may") {
  engine_fixture test;
  const auto file = test.folder.file("model.db");
  degrades_while_full(test, file, page_limit{file});
}

TEST_CASE("appends to a full disk are refused with its cause, and succeed when there is room",
          "[.mount]") {
  engine_fixture test;
  const small_disk disk{test.folder};
  if (!disk.there())
    return disk.skip();
  refuses_appends_while_full(test, disk.file("log.db"), disk);
}

TEST_CASE("appends to a file that may not grow are refused, and succeed when it may") {
  engine_fixture test;
  const auto file = test.folder.file("log.db");
  refuses_appends_while_full(test, file, page_limit{file});
}

TEST_CASE("a locked database degrades, with its cause, and nothing is lost or done twice") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  auto models = open(test.folder.address("models.db"));
  it.start(shop::revenue().into(models.projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  raw_sqlite other{test.folder.file("models.db")};
  other.execute("BEGIN IMMEDIATE");
  const auto token = place_orders(it, 10, "p-");
  REQUIRE(comes_to(it, projection_state::degraded));
  CHECK(it.explain("revenue").find("locked") != std::string::npos);
  other.execute("ROLLBACK");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 20);
  CHECK(it.dead_letters().empty());
}

TEST_CASE("a table dropped under way fails the projection, without a letter, until it is back") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue());
  REQUIRE(it.wait_until("revenue", place_orders(it, 10), patience) == wait_result::reached);
  raw_sqlite{test.folder.file()}.execute("DROP TABLE revenue");
  const auto token = place_orders(it, 5, "p-");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::stopped);
  CHECK(it.status("revenue").state == projection_state::failed);
  CHECK(it.explain("revenue").find("no such table") != std::string::npos);
  CHECK(it.dead_letters().empty());
  it.resume("revenue"); // makes the table again
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 5);
}

TEST_CASE("a log that is swapped for another makes its projections diverge; a reset goes on") {
  engine_fixture test;
  {
    engine other{test.open_file("other.db"), test.options()};
    place_orders(other, 3);
  }
  auto models = open(test.folder.address("models.db"));
  engine it{test.open_file("log.db"), test.options()};
  it.start(shop::revenue().into(models.projections));
  it.start(shop::revenue_in_memory());
  const auto token = place_orders(it, 20);
  REQUIRE(it.wait_until("revenue", token, patience) == wait_result::reached);
  REQUIRE(it.wait_until("revenue-in-memory", token, patience) == wait_result::reached);
  // Both are caught up and wait at the head: nobody but the log itself can tell them.
  namespace fs = std::filesystem;
  for (const auto* end : {"-wal", "-shm"}) {
    fs::remove(test.folder.file(std::string{"log.db"} + end));
    if (fs::exists(test.folder.file(std::string{"other.db"} + end)))
      fs::rename(test.folder.file(std::string{"other.db"} + end),
                 test.folder.file(std::string{"log.db"} + end));
  }
  fs::rename(test.folder.file("other.db"), test.folder.file("log.db"));
  REQUIRE(comes_to(it, projection_state::diverged));
  CHECK(it.explain("revenue").find("reset the projection") != std::string::npos);
  CHECK(it.wait_until("revenue", position_t{21}, patience) == wait_result::stopped);
  CHECK(cents_of(it) == 20);
  // What is in memory alone can be made anew from the log that is there.
  const auto in_memory = [&] {
    return it.read<shop::days>("revenue-in-memory", [](const shop::days& days) {
      const auto monday = days.find("monday");
      return monday == days.end() ? 0 : monday->second;
    });
  };
  CHECK(eventually([&] { return in_memory() == 3; }));
  it.reset("revenue");
  CHECK(it.wait_until("revenue", position_t{3}, patience) == wait_result::reached);
  CHECK(cents_of(it) == 3);
  const auto grown = place_orders(it, 2, "new-");
  for (const auto* name : {"revenue", "revenue-in-memory"})
    CHECK(it.wait_until(name, grown, patience) == wait_result::reached);
  CHECK(cents_of(it) == 5);
  CHECK(in_memory() == 5);
}

TEST_CASE("an older copy restored into the log's file makes a projection diverge") {
  engine_fixture test;
  auto models = open(test.folder.address("models.db"));
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue().into(models.projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 20), patience) == wait_result::reached);
  raw_sqlite{test.folder.file()}.execute("DELETE FROM waymark_events WHERE position > 12");
  REQUIRE(comes_to(it, projection_state::diverged));
  CHECK(it.explain("revenue").find("restored from an older copy") != std::string::npos);
  it.reset("revenue");
  CHECK(it.wait_until("revenue", place_orders(it, 1, "new-"), patience) == wait_result::reached);
  CHECK(cents_of(it) == 13);
}

TEST_CASE("a log that can't be read is shown by who waits at its head, and comes back") {
  engine_fixture test;
  auto models = open(test.folder.address("models.db"));
  engine it{test.open_file(), test.options()};
  it.start(shop::revenue().into(models.projections));
  REQUIRE(it.wait_until("revenue", place_orders(it, 20), patience) == wait_result::reached);
  namespace fs = std::filesystem;
  const auto file = test.folder.file();
  fs::rename(file, file + ".away");
  REQUIRE(comes_to(it, projection_state::degraded));
  CHECK(it.explain("revenue").find("can't read the log") != std::string::npos);
  CHECK(it.health("revenue").http_status == 503);
  CHECK(test.lines.count("degraded revenue") == 1);
  fs::rename(file + ".away", file);
  REQUIRE(comes_to(it, projection_state::running));
  CHECK(it.wait_until("revenue", place_orders(it, 1, "new-"), patience) == wait_result::reached);
  CHECK(cents_of(it) == 21);
}

TEST_CASE("files that can't be used are named, and left as they are") {
  temporary_folder folder;
  std::ofstream{folder.file("text.db")} << "this is no database, but somebody's notes";
  {
    raw_sqlite newer{folder.file("newer.db")};
    newer.execute("CREATE TABLE waymark_schema (component TEXT, number INTEGER, name TEXT, "
                  "applied_at INTEGER)");
    newer.execute("INSERT INTO waymark_schema VALUES ('log', 999, 'x', 0)");
  }
  for (const auto* name : {"text.db", "newer.db"}) {
    CAPTURE(name);
    const auto size = std::filesystem::file_size(folder.file(name));
    const auto written = std::filesystem::last_write_time(folder.file(name));
    CHECK_THROWS_AS(open(folder.address(name)), incompatible_store);
    CHECK_THROWS_WITH(open(folder.address(name)), Catch::Matchers::ContainsSubstring(name));
    CHECK(std::filesystem::file_size(folder.file(name)) == size);
    CHECK(std::filesystem::last_write_time(folder.file(name)) == written);
  }
  CHECK_THROWS_WITH(open("sqlite:" + folder.file("no/such/folder.db")),
                    Catch::Matchers::ContainsSubstring("create it first"));
}
