#include <waymark/messages/uuid.hpp>

#include "tests/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <unordered_set>
#include <vector>

using waymark::uuid;

namespace {

const uuid dns = *uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

std::vector<uuid> make(std::size_t count) {
  std::vector<uuid> ids(count);
  for (auto& id : ids)
    id = uuid::v7();
  return ids;
}

} // namespace

TEST_CASE("uuid: the canonical form comes back as it was, in lower case") {
  CHECK(dns.to_string() == "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  CHECK(uuid::parse("6BA7B810-9DAD-11D1-80B4-00C04FD430C8") == dns);
  CHECK(uuid{}.is_nil());
  CHECK(uuid{}.to_string() == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("uuid: anything but the canonical form is refused") {
  const auto text =
      GENERATE("", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8",
               "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
               "6ba7b8109-dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
               "6ba7b810-9dad-11d1-80b4+00c04fd430c8", "-ba7b810-9dad-11d1-80b4-00c04fd430c8");
  CHECK_FALSE(uuid::parse(text));
}

TEST_CASE("uuid: version 5 gives the identifiers that others give") {
  CHECK(uuid::v5(dns, "www.example.com").to_string() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  CHECK(uuid::v5(dns, "a") == uuid::v5(dns, "a"));
  CHECK(uuid::v5(dns, "a") != uuid::v5(dns, "b"));
  CHECK(uuid::v5(dns, std::string_view{"a\0b", 3}) != uuid::v5(dns, "a"));
}

TEST_CASE("uuid: version 7 has its version, its variant and the time") {
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  const auto id = uuid::v7();
  CHECK(id.bytes[6] >> 4 == 7);
  CHECK(id.bytes[8] >> 6 == 2);
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i)
    ms = ms * 256 + id.bytes[i];
  const auto gap = ms - std::chrono::duration_cast<std::chrono::milliseconds>(before).count();
  CHECK(gap >= 0);
  CHECK(gap < 60'000);
}

TEST_CASE("uuid: version 7 sorts in the order of making, far beyond 4,096 in a millisecond") {
  const auto ids = make(100'000);
  CHECK(std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>{}) == ids.end());
}

TEST_CASE("uuid: version 7 differs in all threads, and rises in each") {
  std::vector<std::vector<uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&mine] { mine = make(20'000); });
  for (auto& thread : threads)
    thread.join();
  std::unordered_set<uuid> all;
  for (const auto& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == 80'000);
}

TEST_CASE("uuid: both sides of a fork get different random bits") {
  (void)uuid::v7();
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto id = uuid::v7();
    const auto written = ::write(ends[1], id.bytes.data(), 16);
    ::_exit(written == 16 ? 0 : 1);
  }
  const auto mine = uuid::v7();
  uuid theirs;
  REQUIRE(::read(ends[0], theirs.bytes.data(), 16) == 16);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(status == 0);
  CHECK_FALSE(std::equal(mine.bytes.begin() + 8, mine.bytes.end(), theirs.bytes.begin() + 8));
}
