#include "tests/catch.hpp"

#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>
#include <vector>

#include <unistd.h>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;

std::string bytes_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const std::string& file, std::string_view bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// Opening fails as Exception, naming the file, and leaves every byte where it was.
template <class Exception>
std::string refused_unchanged(const std::string& file) {
  const auto before = bytes_of(file);
  std::string text;
  try {
    (void)open("sqlite:" + file);
    FAIL("opened " << file);
  } catch (const Exception& e) {
    text = e.what();
  }
  CHECK_THAT(text, ContainsSubstring(file));
  CHECK(bytes_of(file) == before);
  return text;
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
  raw_sqlite{file}.execute("CREATE TABLE waymark_events (other TEXT)");
  CHECK_THROWS_AS(open("sqlite:" + file), incompatible_store);
  CHECK(raw_sqlite{file}.number("SELECT count(*) FROM sqlite_schema") == 1);
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
  if (::geteuid() == 0)
    return; // root may write everywhere
  namespace fs = std::filesystem;
  (void)open(folder.address("readonly.db"));
  fs::permissions(folder.file("readonly.db"), fs::perms::owner_read);
  fails(folder.file("readonly.db"), "may not be read and written");
  fs::create_directory(folder.file("closed"));
  fs::permissions(folder.file("closed"), fs::perms::owner_read | fs::perms::owner_exec);
  fails(folder.file("closed/x.db"), "may not be written");
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
