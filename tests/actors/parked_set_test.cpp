#include "tests/catch.hpp"

#include "actors/parked_set.hpp"

#include <waymark/messages/hash.hpp>

#include <map>
#include <random>

namespace waymark::test {

namespace {

std::string key_of(std::uint32_t n) { return std::string{"Order\0o-", 8} + std::to_string(n); }

bool asks_for(const parked_set& set, const std::string& key) { return set.may_hold(fnv1a(key)); }

/// How many of a thousand keys that are not here are looked up.
int looked_up(const parked_set& set, std::uint64_t shards) {
  int count = 0;
  int keys = 0;
  for (std::uint32_t n = 100'000'000; keys < 1'000; ++n) {
    const auto key = key_of(n);
    if (fnv1a(key) % shards != 0)
      continue;
    ++keys;
    count += asks_for(set, key) ? 1 : 0;
  }
  return count;
}

} // namespace

TEST_CASE("a set of parked keys never misses one, whatever was entered and taken out") {
  std::mt19937 random{17};
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  parked_set set;
  std::map<std::string, std::int64_t> known;
  for (int step = 0; step < 20'000; ++step) {
    const auto range = step < 10'000 ? 2'000u : 20u; // it grows, and shrinks
    const auto key = key_of(below(range));
    const auto events = static_cast<std::int64_t>(below(3));
    set.set(key, events);
    known.erase(key);
    if (events > 0)
      known.emplace(key, events);
    if (step >= 10'000) {
      const auto gone = key_of(below(2'000));
      set.set(gone, 0);
      known.erase(gone);
    }
    REQUIRE(set.size() == known.size());
    const auto found = known.find(key);
    REQUIRE(set.events(key) == (found == known.end() ? 0 : found->second));
    if (found != known.end())
      REQUIRE(asks_for(set, key));
    if (step % 500 == 0)
      for (const auto& [each, count] : known)
        REQUIRE((asks_for(set, each) && set.events(each) == count));
  }
}

TEST_CASE("hardly any key that is not parked is looked up") {
  parked_set set;
  CHECK(set.empty());
  CHECK_FALSE(asks_for(set, key_of(1)));
  set.set(key_of(1), 1);
  CHECK(looked_up(set, 1) <= 10);
  const auto shards = GENERATE(std::uint64_t{1}, 64, 1024);
  std::uint32_t n = 2;
  for (std::size_t keys = 1; keys < 500; ++n)
    if (fnv1a(key_of(n)) % shards == 0) {
      set.set(key_of(n), 1);
      ++keys;
    }
  CAPTURE(shards);
  CHECK(looked_up(set, shards) <= 80);
  for (std::uint32_t taken = 0; taken < n; ++taken)
    set.set(key_of(taken), 0);
  CHECK(set.empty());
  CHECK(looked_up(set, 1) == 0);
}

TEST_CASE("sets of parked keys are equal if they hold the same") {
  const parked_set one{{"a", 1}, {"b", 2}};
  parked_set other{{"b", 2}};
  CHECK_FALSE(one == other);
  other.set("a", 1);
  CHECK(one == other);
  other.set("a", 2);
  CHECK_FALSE(one == other);
}

} // namespace waymark::test
