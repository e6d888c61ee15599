#include "tests/catch.hpp"

#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/small_disk.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

constexpr unsigned nobody = 65534;

std::string bytes_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const std::string& file, std::string_view bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// What stands in the folder of a file, except the index that SQLite makes anew for each reader.
std::map<std::string, std::string> bytes_around(const std::string& file) {
  std::map<std::string, std::string> result;
  for (const auto& each : fs::directory_iterator{fs::path{file}.parent_path()})
    if (each.is_regular_file() && !each.path().string().ends_with("-shm"))
      result[each.path().filename()] = bytes_of(each.path());
  return result;
}

/// Opening fails as Exception, naming the file, and leaves every byte where it was.
template <class Exception>
std::string refused_unchanged(const std::string& file) {
  const auto before = bytes_around(file);
  std::string text;
  try {
    (void)open("sqlite:" + file);
    FAIL("opened " << file);
  } catch (const Exception& e) {
    text = e.what();
  }
  CHECK_THAT(text, ContainsSubstring(file));
  CHECK(bytes_around(file) == before);
  return text;
}

/// What opening says to a user who is not root; empty if it opens. Leaves every byte where it was
/// unless it does.
std::string refused_to_a_user(const std::string& file) {
  const auto before = bytes_around(file);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = ::fork();
  if (child == 0) {
    std::string said;
    if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0))
      said = "can't become another user";
    else
      try {
        (void)open("sqlite:" + file);
      } catch (const store_error& e) {
        said = e.what();
      } catch (const std::exception& e) {
        said = std::string{"not as a store_error: "} + e.what();
      }
    ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0
                                                                                            : 1);
  }
  ::close(ends[1]);
  char buffer[4096];
  const auto count = ::read(ends[0], buffer, sizeof buffer);
  ::close(ends[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  const std::string said{buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  if (said.empty())
    return said;
  CHECK_THAT(said, ContainsSubstring(file));
  CHECK(bytes_around(file) == before);
  return said;
}

append_command one_event(std::string id = "s") {
  return {{"Order", std::move(id)}, any_version, {json_event("A", "{}")}};
}

} // namespace

TEST_CASE("addresses of no known kind are refused with the known ones") {
  for (const char* address :
       {"", "memory", "memory:x", "sqlite", "orders.db", "mysql://me:pw@host"})
    try {
      (void)open(address);
      FAIL("opened " << address);
    } catch (const usage_error& e) {
      CHECK_THAT(e.what(), ContainsSubstring("memory:") && ContainsSubstring("sqlite:FILE"));
      CHECK(std::string{e.what()}.find("pw") == std::string::npos);
    }
  CHECK_THROWS_AS(open("sqlite:"), usage_error);
  CHECK_THROWS_AS(open("memory:", {.poll_interval = std::chrono::milliseconds{0}}), usage_error);
  CHECK_THROWS_AS(open("memory:", {.clock = nullptr}), usage_error);
}

TEST_CASE("files that are no database are refused and left alone") {
  const temporary_folder folder;
  const auto file = folder.file();
  write(file, "this is a letter to my grandmother, and it is longer than a header of SQLite");
  CHECK_THAT(refused_unchanged<incompatible_store>(file), ContainsSubstring("not a SQLite"));
  write(file, "short");
  refused_unchanged<incompatible_store>(file);
  write(file, std::string_view{"SQLite format 3\0 and then nonsense that goes on for long enough "
                               "to be taken for a header of a hundred bytes, or so it seems.....",
                               120});
  refused_unchanged<incompatible_store>(file);
}

TEST_CASE("a damaged log is refused and left alone") {
  const temporary_folder folder;
  const auto file = folder.file();
  {
    auto store = open("sqlite:" + file);
    for (int i = 0; i < 50; ++i)
      store.events->append(one_event(std::to_string(i)));
  }
  const auto whole = bytes_of(file);
  SECTION("cut off") {
    write(file, std::string_view{whole}.substr(0, whole.size() / 2));
    CHECK_THAT(refused_unchanged<incompatible_store>(file), ContainsSubstring("damaged"));
  }
  SECTION("first page overwritten") {
    auto broken = whole;
    for (std::size_t i = 100; i < 2000; ++i)
      broken[i] = static_cast<char>(i * 7);
    write(file, broken);
    refused_unchanged<incompatible_store>(file);
  }
}

TEST_CASE("a schema newer than the program is refused and left alone") {
  const temporary_folder folder;
  const auto file = folder.file();
  (void)open("sqlite:" + file);
  const auto component = GENERATE("log", "projections");
  raw_sqlite{file}.execute(std::string{"INSERT INTO waymark_schema VALUES ('"} + component +
                           "', 99, 'future', 0)");
  CHECK_THAT(refused_unchanged<incompatible_store>(file),
             ContainsSubstring("99") && ContainsSubstring("newer"));
}

TEST_CASE("a newer schema is refused and left alone with the log that stands beside it") {
  const temporary_folder folder;
  const auto file = folder.file();
  fs::create_directory(folder.file("copy"));
  const auto copy = folder.file("copy/test.db");
  (void)open("sqlite:" + file);
  {
    raw_sqlite raw{file};
    raw.execute("INSERT INTO waymark_schema VALUES ('log', 99, 'future', 0)");
    fs::copy_file(file, copy);
    fs::copy_file(file + "-wal", copy + "-wal");
  }
  CHECK_THAT(refused_unchanged<incompatible_store>(copy), ContainsSubstring("newer"));
  CHECK(fs::file_size(copy + "-wal") > 0);
}

TEST_CASE("a user's own database gets tables added and keeps its own") {
  const temporary_folder folder;
  const auto file = folder.file();
  raw_sqlite{file}.execute("CREATE TABLE mine (x); INSERT INTO mine VALUES (42); "
                           "PRAGMA user_version = 5");
  {
    auto store = open("sqlite:" + file);
    store.events->append(one_event());
    store.projections->read(
        [](read_model& db) { CHECK(db.query_value<std::int64_t>("SELECT x FROM mine") == 42); });
  }
  raw_sqlite raw{file};
  CHECK(raw.number("PRAGMA application_id") == 0);
  CHECK(raw.number("PRAGMA user_version") == 5);
  CHECK(raw.number("SELECT count(*) FROM waymark_events") == 1);
}

TEST_CASE("a file that another program has signed is refused and left alone") {
  const temporary_folder folder;
  const auto file = folder.file();
  raw_sqlite{file}.execute("CREATE TABLE theirs (x); PRAGMA application_id = 77");
  CHECK_THAT(refused_unchanged<incompatible_store>(file),
             ContainsSubstring("another program") && ContainsSubstring("77"));
}

TEST_CASE("a file of waymark's own is signed, and records its schema") {
  const temporary_folder folder;
  (void)open(folder.address());
  raw_sqlite raw{folder.file()};
  CHECK(raw.number("PRAGMA application_id") == 0x574d524b);
  CHECK(raw.number("SELECT count(*) FROM waymark_schema") == 6);
  CHECK(raw.number("SELECT count(*) FROM waymark_schema WHERE applied_at > 0") == 6);
}

TEST_CASE("tables of the same names that are not waymark's are left alone") {
  const temporary_folder folder;
  const auto file = folder.file();
  const std::string table = GENERATE("waymark_events", "Waymark_Attempts", "waymark_schema");
  raw_sqlite{file}.execute("CREATE TABLE " + table + " (other TEXT)");
  CHECK_THAT(refused_unchanged<incompatible_store>(file),
             ContainsSubstring(table) && ContainsSubstring("nothing was changed") &&
                 ContainsSubstring("another file"));
}

TEST_CASE("places where no file can be are named") {
  const temporary_folder folder;
  const auto fails = [](const std::string& path, const char* why) {
    try {
      (void)open("sqlite:" + path);
      FAIL("opened " << path);
    } catch (const store_error& e) {
      CHECK_THAT(e.what(), ContainsSubstring(path) && ContainsSubstring(why));
    }
  };
  fails(folder.file("no/such/folder.db"), "no folder");
  std::filesystem::create_directory(folder.file("directory"));
  fails(folder.file("directory"), "folder, not a file");
  fails("/dev/null", "not a regular file");
  CHECK_THROWS_AS(open(folder.address("missing.db"), {.create = false}), store_error);
  CHECK_FALSE(std::filesystem::exists(folder.file("missing.db")));
}

TEST_CASE("who only looks changes nothing in a file") {
  const temporary_folder folder;
  const auto of_user = folder.file("user.db");
  raw_sqlite{of_user}.execute("CREATE TABLE t (x)");
  const auto content = [&] {
    std::ifstream in{of_user, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  const auto before = content();
  CHECK_THROWS_AS(open("sqlite:" + of_user, {.create = false}), store_error);
  {
    const auto store = open("sqlite:" + of_user, {.create = false, .use_records = false});
    const sql_trial trial{sql_trial::kind::table, "CREATE TABLE u (y)"};
    CHECK(store.projections->try_statements(std::vector{trial}) == std::vector<std::string>{""});
  }
  CHECK(content() == before);
  (void)open("sqlite:" + of_user);
  CHECK(content() != before);
}

TEST_CASE("statements are tried on empty copies of a file's tables, beside whoever writes") {
  using kind = sql_trial::kind;
  const temporary_folder folder;
  const auto store = open(folder.address()).projections;
  store->prepare_tables(std::vector<std::string>{
      "CREATE TABLE t (x INTEGER PRIMARY KEY AUTOINCREMENT, y TEXT)", "CREATE INDEX i ON t (y)",
      "CREATE VIEW v AS SELECT y FROM t", "CREATE VIRTUAL TABLE words USING fts5 (word)"});
  raw_sqlite writer{folder.file()};
  writer.execute("BEGIN IMMEDIATE; INSERT INTO t (y) VALUES ('a')");
  const std::vector<sql_trial> trials{
      {kind::table, "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY)"},
      {kind::table, "CREATE INDEX IF NOT EXISTS j ON t (y, x); DELETE FROM t"},
      {kind::handler, "INSERT INTO t (y) SELECT y FROM v WHERE y = $1"},
      {kind::handler, "INSERT INTO words VALUES ($1)"},
      {kind::handler, "INSERT INTO t (z) VALUES ($1)"},
  };
  const auto problems = store->try_statements(trials);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(problems.at(i) == "");
  CHECK(problems.at(4).find(store->address()) == 0);
  writer.execute("COMMIT");
  store->read([](read_model& db) {
    CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM t") == 1);
    CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM sqlite_schema WHERE name = 'j'") == 0);
  });
}

TEST_CASE("what this user may not write is refused with what to do, and left alone") {
  const temporary_folder folder;
  fs::permissions(folder.file("."), fs::perms::owner_all | fs::perms::others_all);
  const auto file = folder.file();
  (void)open("sqlite:" + file);
  SECTION("a file") {
    fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
    CHECK_THAT(refused_to_a_user(file), ContainsSubstring("may not be read and written") &&
                                            ContainsSubstring("see its permissions"));
  }
  SECTION("a folder with a file in it, and one without") {
    fs::create_directory(folder.file("closed"));
    const auto inside = folder.file("closed/x.db");
    fs::copy_file(file, inside);
    fs::permissions(inside, fs::perms::all);
    fs::permissions(folder.file("closed"), fs::perms::owner_read | fs::perms::owner_exec |
                                               fs::perms::others_read | fs::perms::others_exec);
    for (const auto* name : {"closed/x.db", "closed/y.db"})
      CHECK_THAT(refused_to_a_user(folder.file(name)),
                 ContainsSubstring("may not be written by this user") &&
                     ContainsSubstring("-wal") && ContainsSubstring("permissions"));
    fs::permissions(folder.file("closed"), fs::perms::owner_all);
  }
  CHECK(refused_to_a_user(folder.file("new.db")).empty());
}

TEST_CASE("a file system that is mounted read-only is named as such", "[.mount]") {
  const temporary_folder folder;
  const small_disk disk{folder};
  if (!disk.there())
    return disk.skip();
  (void)open("sqlite:" + disk.file("there.db"));
  REQUIRE(disk.make_read_only());
  for (const auto* name : {"there.db", "missing.db"})
    CHECK_THAT(refused_unchanged<store_error>(disk.file(name)),
               ContainsSubstring("read-only") && ContainsSubstring("mount it for writing"));
}

TEST_CASE("a log keeps its name and its events when it is opened again") {
  const temporary_folder folder;
  std::string id;
  {
    auto store = open(folder.address());
    id = store.events->log_id();
    store.events->append(one_event());
  }
  auto store = open(folder.address(), {.create = false});
  CHECK(store.events->log_id() == id);
  CHECK(store.events->head() == 1);
  CHECK(store.events->append(one_event()).last_position == 2);
  CHECK(open(folder.address("other.db")).events->log_id() != id);
}

TEST_CASE("many open a new file at the same time") {
  const temporary_folder folder;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      try {
        auto store = open(folder.address());
        store.events->append(one_event());
      } catch (const std::exception&) {
        ++failures;
      }
    });
  for (auto& t : threads)
    t.join();
  CHECK(failures == 0);
  CHECK(open(folder.address()).events->head() == 8);
}

} // namespace waymark::test
