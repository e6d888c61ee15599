#include <waymark/messages/clock.hpp>

#include "messages/deadline.hpp"
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

TEST_CASE("clock: a deadline may be as far as a duration can say") {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  const auto now = steady_clock::now();
  CHECK(waymark::deadline_in(milliseconds::max()) - now >= waymark::for_ever);
  CHECK(waymark::deadline_in(milliseconds::max()) < steady_clock::time_point::max());
  const auto at_once = waymark::deadline_in(milliseconds::min());
  CHECK(at_once >= now);
  CHECK(at_once <= steady_clock::now());
  const auto soon = waymark::deadline_in(5s);
  CHECK(soon - now >= 5s);
  CHECK(soon <= steady_clock::now() + 5s);
}
