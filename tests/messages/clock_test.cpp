#include <waymark/messages/clock.hpp>

#include "tests/catch.hpp"

using namespace std::chrono_literals;

TEST_CASE("clock: the machine's goes on") {
  const auto& clock = waymark::clock::system();
  const auto first = clock.now();
  CHECK(first > waymark::timestamp{std::chrono::days{19'000}});
  CHECK(clock.now() >= first);
}

TEST_CASE("clock: a manual one moves when told to") {
  waymark::manual_clock clock;
  const auto start = clock.now();
  CHECK(clock.now() == start);
  clock.advance(3s);
  CHECK(clock.now() - start == 3s);
}
